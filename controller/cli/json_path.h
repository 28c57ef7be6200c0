// kubectl's JSONPath templates, for -o jsonpath=TEMPLATE: text, and in braces a path (fields, [0],
// [1:3], [*], ['a','b'], [?(@.a=="b")], ..a), "text", or {range PATH} … {end}.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace freshet {

// What a path finds is joined by blanks: texts as they are, all else as JSON; what is not there
// leaves nothing. No line end is added. Errors are the template's alone, whatever the value: at
// which character what was expected.
Result<std::string> json_path_text(std::string_view text, const Json& value);

}  // namespace freshet
