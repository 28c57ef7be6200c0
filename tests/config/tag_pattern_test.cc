// Which part of a tag a pattern orders by.
#include "config/tag_pattern.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

struct Row {
  std::string sentence;
  std::string pattern;
  std::string tag;
  std::optional<std::string> part;
};

TEST(TagPattern, FindsThePartThatOrders) {
  const std::vector<Row> rows = {
      {"the group n", "^(v1)-(?P<n>[0-9]{8})$", "v1-20261128", "20261128"},
      {"else the first group", "^v1-([0-9]+)(-[a-z]+)?$", "v1-7-slim", "7"},
      {"else the whole match", "[0-9]+", "build-17-x", "17"},
      {"a pattern without ^ and $ matches anywhere", "rc", "1.4.2-rc.1", "rc"},
      {"what does not match has none", "^v1-([0-9]{8})$", "v1-2026112", std::nullopt},
      {"nor has a group that took no part", "^v1(?:-(?P<n>[0-9]+))?$", "v1", std::nullopt},
      {"a group may be empty", "^v1([0-9]*)$", "v1", ""},
  };
  for (const Row& row : rows) {
    const auto pattern = TagPattern::parse(row.pattern);
    ASSERT_TRUE(pattern.has_value()) << row.sentence << ": " << pattern.error().message;
    EXPECT_EQ(pattern->ordered_part(row.tag), row.part) << row.sentence;
  }
}

TEST(TagPattern, RefusesWhatIsNoPattern) {
  EXPECT_EQ(TagPattern::parse("").error().message, "the pattern is empty");
  EXPECT_EQ(TagPattern::parse(std::string(301, 'a')).error().message, "the pattern is too long");
  EXPECT_EQ(TagPattern::parse("(?P<n>a").error().message, "missing ): (?P<n>a");
  EXPECT_EQ(TagPattern::parse("(?=a)").error().message, "invalid perl operator: (?=");
}

TEST(TagPattern, TakesNoLongerForAWickedPattern) {
  const auto pattern = TagPattern::parse("^(a+)+$");
  ASSERT_TRUE(pattern.has_value());
  EXPECT_EQ(pattern->ordered_part(std::string(127, 'a') + "b"), std::nullopt);
}

}  // namespace
}  // namespace freshet
