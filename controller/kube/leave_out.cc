// One pass over the text: strings are passed over whole, values that are left out as well.
#include "controller/kube/leave_out.h"

#include <algorithm>

namespace freshet {
namespace {

// Behind the string that begins at `at` (its quote); the end where it does not end.
std::size_t behind_string(std::string_view json, std::size_t at) {
  for (++at; (at = json.find('"', at)) != json.npos; ++at) {
    std::size_t slashes = 0;
    while (json[at - 1 - slashes] == '\\') ++slashes;  // ends at the string's first quote
    if (slashes % 2 == 0) return at + 1;
  }
  return json.size();
}

std::size_t behind_space(std::string_view json, std::size_t at) {
  return std::min(json.find_first_not_of(" \t\r\n", at), json.size());
}

// Behind the value that begins at `at`.
std::size_t behind_value(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  while ((at = json.find_first_of("\"{}[],", at)) != json.npos) {
    const char c = json[at];
    if (c == '"') {
      at = behind_string(json, at);
      if (depth == 0) return at;
      continue;
    }
    const bool closes = c == '}' || c == ']';
    if (depth == 0 && (closes || c == ',')) return at;  // a number or a word ends here
    if (closes && --depth == 0) return at + 1;
    if (c == '{' || c == '[') ++depth;
    ++at;
  }
  return json.size();
}

}  // namespace

std::string without_members(std::string_view json, const std::vector<std::string_view>& names) {
  std::string out;
  out.reserve(json.size());
  std::size_t kept = 0;  // up to here it is in `out`
  std::size_t at = 0;
  while ((at = json.find('"', at)) != json.npos) {
    const std::size_t end = behind_string(json, at);
    const std::string_view name = json.substr(at + 1, end < at + 2 ? 0 : end - at - 2);
    at = end;
    if (std::ranges::find(names, name) == names.end()) continue;
    const std::size_t colon = behind_space(json, end);
    if (colon >= json.size() || json[colon] != ':') continue;
    out.append(json, kept, colon + 1 - kept).append("null");
    at = kept = behind_value(json, behind_space(json, colon + 1));
  }
  return out.append(json, kept);
}

}  // namespace freshet
