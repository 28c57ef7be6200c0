// Whether a value is as an OpenAPI schema says, as far as our own documents use the language. Where
// properties are named, no others may be there.
#pragma once

#include <string>

#include "base/json.h"

namespace freshet::testing {

// What is wrong with it, "" if nothing is; `schemas` are the document's, by name.
std::string schema_problem(const Json& value, const Json& schema, const Json& schemas,
                           const std::string& where = "$");

}  // namespace freshet::testing
