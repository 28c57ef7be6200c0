// TagPattern: a regular expression that picks tags, and the part of a tag that orders them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace freshet {

inline constexpr std::size_t kMaxPatternBytes = 300;
inline constexpr std::string_view kOrderedGroup = "n";  // (?P<n>…)

class TagPattern {
 public:
  // RE2 syntax: a match takes time linear in the tag, whatever the pattern. kBadInput says what is
  // wrong with it.
  static Result<TagPattern> parse(std::string_view text);

  TagPattern(TagPattern&&) noexcept;
  TagPattern& operator=(TagPattern&&) noexcept;
  ~TagPattern();

  // The text of the group named n, else of the first group, else of the whole match; nullopt where
  // the pattern does not match. As elsewhere it may match anywhere, unless ^ and $ stand in it.
  std::optional<std::string> ordered_part(std::string_view tag) const;
  bool matches(std::string_view text) const;  // anywhere in it

 private:
  explicit TagPattern(std::unique_ptr<re2::RE2> expression);

  std::unique_ptr<re2::RE2> expression_;
  int group_ = 0;
};

}  // namespace freshet
