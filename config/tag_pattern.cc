// RE2 behind values.
#include "config/tag_pattern.h"

#include <re2/re2.h>

#include <utility>
#include <vector>

#include "base/text.h"

namespace freshet {

TagPattern::TagPattern(TagPattern&&) noexcept = default;
TagPattern& TagPattern::operator=(TagPattern&&) noexcept = default;
TagPattern::~TagPattern() = default;

TagPattern::TagPattern(std::unique_ptr<re2::RE2> expression) : expression_(std::move(expression)) {
  const auto& names = expression_->NamedCapturingGroups();
  const auto named = names.find(std::string(kOrderedGroup));
  group_ = named != names.end() ? named->second : expression_->NumberOfCapturingGroups() > 0;
}

Result<TagPattern> TagPattern::parse(std::string_view text) {
  if (text.empty()) return bad_input("the pattern is empty");
  if (text.size() > kMaxPatternBytes) return bad_input("the pattern is too long");
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto expression = std::make_unique<re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (!expression->ok()) return bad_input(printable(expression->error()));
  return TagPattern(std::move(expression));
}

std::optional<std::string> TagPattern::ordered_part(std::string_view tag) const {
  std::vector<re2::StringPiece> parts(static_cast<std::size_t>(group_) + 1);
  const bool matches = expression_->Match(re2::StringPiece(tag.data(), tag.size()), 0, tag.size(),
                                          re2::RE2::UNANCHORED, parts.data(), group_ + 1);
  const auto& part = parts.back();
  if (!matches || part.data() == nullptr) return std::nullopt;
  return std::string(part.data(), part.size());
}

bool TagPattern::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression_);
}

}  // namespace freshet
