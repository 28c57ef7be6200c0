// Query templates of users.
#include "config/query_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "config/places.h"

namespace freshet {
namespace {

// Follows which string of PromQL a position is in: double, single or back quotes; a backslash
// escapes in the first two.
class Quotes {
 public:
  void pass(char c) {
    if (escaped_) {
      escaped_ = false;
    } else if (quote_ == 0) {
      if (c == '"' || c == '\'' || c == '`') quote_ = c;
    } else if (c == quote_) {
      quote_ = 0;
    } else if (c == '\\' && quote_ != '`') {
      escaped_ = true;
    }
  }
  char quote() const { return quote_; }  // 0: outside

 private:
  char quote_ = 0;
  bool escaped_ = false;
};

std::string escaped(std::string_view value, char quote) {
  std::string out;
  for (const char c : value) {
    if (quote != '`' && (c == '\\' || c == quote)) out += '\\';
    if (quote == '`' && c == '`') continue;  // cannot be written there
    out += c;
  }
  return out;
}

// Walks a template: `text` for what stands there as it is, `place` for each name in braces with
// the quote it stands in. Both return why it is no template, or "".
template <class OnText, class OnPlace>
std::string walk(std::string_view text, const OnText& on_text, const OnPlace& on_place) {
  Quotes quotes;
  std::string fault = walk_places(
      text,
      [&](char c) {
        quotes.pass(c);
        on_text(c);
      },
      [&](std::string_view name) { return on_place(name, quotes.quote()); });
  if (!fault.empty()) return fault;
  if (quotes.quote() != 0) return fmt::format("a string is not closed by {}", quotes.quote());
  return "";
}

std::string QuerySubject::*place(std::string_view name) {
  if (name == "namespace") return &QuerySubject::name_space;
  if (name == "revision") return &QuerySubject::revision;
  return nullptr;
}

}  // namespace

std::string query_template_fault(std::string_view text) {
  if (text.size() > kMaxQueryBytes) return fmt::format("longer than {} bytes", kMaxQueryBytes);
  bool has_revision = false;
  std::string fault = walk(
      text, [](char) {},
      [&](std::string_view name, char quote) -> std::string {
        if (place(name) == nullptr) {
          return fmt::format("unknown place {{{{{}}}}}", printable(name, 40));
        }
        if (quote == 0) return fmt::format("{{{{{}}}}} stands outside quotes", name);
        has_revision = has_revision || name == "revision";
        return "";
      });
  if (fault.empty() && !has_revision) return "{{revision}} is missing";
  return fault;
}

Duration longest_range(std::string_view text) {
  Duration longest{};
  Quotes quotes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    quotes.pass(text[i]);
    if (quotes.quote() != 0 || text[i] != '[') continue;
    const std::size_t end = text.find_first_of(":]", i);
    if (end == std::string_view::npos) break;
    const auto range = parse_duration(trim(text.substr(i + 1, end - i - 1)));
    if (range) longest = std::max(longest, *range);
  }
  return longest;
}

std::string fill_query_template(std::string_view text, const QuerySubject& subject) {
  std::string out;
  walk(
      text, [&out](char c) { out += c; },
      [&](std::string_view name, char quote) -> std::string {
        out += escaped(subject.*place(name), quote);
        return "";
      });
  return out;
}

}  // namespace freshet
