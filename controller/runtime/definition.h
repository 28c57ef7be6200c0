// The cluster's CustomResourceDefinitions beside this program's own.
#pragma once

#include <string>

#include "base/json.h"

namespace freshet {

// A sentence where the schemas differ, with the place of the first difference; "" where they are
// the same. A field that the cluster's does not know is dropped by it without a word.
std::string other_definition(const Json& installed, const Json& own);

}  // namespace freshet
