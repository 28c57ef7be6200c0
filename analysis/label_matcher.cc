// Reading a label matcher, strictly: what it says ends where its value does.
#include "analysis/label_matcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace freshet {
namespace {

// The longer ones first.
constexpr std::array<std::string_view, 4> kOperators = {"=~", "!~", "!=", "="};

bool is_label(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

// From the opening quote to the closing one, and nothing behind it.
bool is_quoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  const std::string_view inside = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '"') return false;
    if (inside[i] != '\\') continue;
    ++i;
    if (i == inside.size() || std::string_view("\\\"n").find(inside[i]) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<std::string> parse_label_matcher(std::string_view text) {
  const std::string_view whole = trim(text);
  const auto label_end = whole.find_first_of("=!");
  const std::string_view label = trim(whole.substr(0, label_end));
  const std::string_view rest = label_end == whole.npos ? "" : whole.substr(label_end);
  const auto sign = std::ranges::find_if(
      kOperators, [rest](std::string_view one) { return rest.starts_with(one); });
  const std::string_view value = sign == kOperators.end() ? "" : trim(rest.substr(sign->size()));
  const bool ok = whole.size() <= kMaxLabelMatcherBytes && !has_control_characters(whole) &&
                  is_label(label) && is_quoted(value);
  if (ok) return fmt::format("{}{}{}", label, *sign, value);
  return bad_input(fmt::format(
      "found {}; allowed: a label, one of = != =~ !~, and a value in double quotes (within it "
      "\\\\, \\\" and \\n), as in cluster=\"eu-1\"",
      printable(text, 80)));
}

}  // namespace freshet
