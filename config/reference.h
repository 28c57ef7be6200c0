// The reference page of TrackedService, generated from the description of the fields.
#pragma once

#include <string>

namespace freshet {

std::string reference_markdown();  // the same as config/reference.md has it

}  // namespace freshet
