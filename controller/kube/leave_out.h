// Leaving out of a long list what nobody will look at, before it is parsed: pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace freshet {

// JSON in which the value of every member of such a name is null, at whatever depth. What is left
// out is not checked; JSON that ends too early stays none.
std::string without_members(std::string_view json, const std::vector<std::string_view>& names);

}  // namespace freshet
