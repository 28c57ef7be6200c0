// Which tags a policy follows, the newest first.
#include "controller/model/follow_policy.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace freshet {
namespace {

std::vector<ImageTag> tags_of(const std::string& text) {
  std::vector<ImageTag> out;
  for (const std::string& tag : split(text, ' ')) out.emplace_back(tag);
  return out;
}

std::string text_of(const std::vector<ImageTag>& tags) {
  std::string out;
  for (const ImageTag& tag : tags) out += (out.empty() ? "" : " ") + tag.get();
  return out;
}

FollowSpec semver(const std::string& range) { return {range, "", TagOrder::kNumerical}; }
FollowSpec pattern(const std::string& text, TagOrder order) { return {"", text, order}; }

struct Row {
  std::string sentence;
  FollowSpec policy;
  std::string tags;
  std::string matching;
};

TEST(FollowPolicy, PutsTheNewestMatchingTagFirst) {
  const std::vector<Row> rows = {
      {"versions by precedence, not by name", semver("~1.4"),
       "1.4.9 1.4.10 1.5.0 latest 1.4 1.4.2-rc.1", "1.4.10 1.4.9"},
      {"with a leading v or without", semver("^1"), "v1.4.9 1.5.0 v1.6.0", "v1.6.0 1.5.0 v1.4.9"},
      {"of equal versions always the same one", semver("1"), "v1.4.9 1.4.9", "v1.4.9 1.4.9"},
      {"pre-releases where the range names one", semver(">=1.5.0-0"),
       "1.4.0 1.5.0-rc.2 1.5.0-rc.10", "1.5.0-rc.10 1.5.0-rc.2"},
      {"numbers by value", pattern("^build-([0-9]+)$", TagOrder::kNumerical),
       "build-9 build-10 build-x build-010 build-99999999999999999999",
       "build-99999999999999999999 build-10 build-010 build-9"},
      {"the group n of several", pattern("^v([0-9])-(?P<n>[0-9]{8})$", TagOrder::kNumerical),
       "v9-20261101 v1-20261128 v1-2026112", "v1-20261128 v9-20261101"},
      {"what is no number is not followed", pattern("^v1-(?P<n>.*)$", TagOrder::kNumerical),
       "v1-7 v1-x v1-", "v1-7"},
      {"text by its bytes", pattern("^RELEASE\\.(.*)$", TagOrder::kAlphabetical),
       "RELEASE.2026-01-02 RELEASE.2026-11-01 RELEASE.2025-12-31 other",
       "RELEASE.2026-11-01 RELEASE.2026-01-02 RELEASE.2025-12-31"},
      {"where dates decide, all that match by name", pattern("^main-", TagOrder::kCreated),
       "main-b main-c main-a other", "main-c main-b main-a"},
      {"perhaps none", semver("^2"), "1.0.0 latest", ""},
  };
  for (const Row& row : rows) {
    const auto matching = matching_tags(row.policy, tags_of(row.tags));
    ASSERT_TRUE(matching.has_value()) << row.sentence << ": " << matching.error().message;
    EXPECT_EQ(text_of(*matching), row.matching) << row.sentence;
  }
}

TEST(FollowPolicy, TakesTheYoungestWhereDatesDecide) {
  const TimePoint day = *parse_rfc3339("2026-11-23T02:00:00Z");
  EXPECT_EQ(youngest({{ImageTag("a"), day}, {ImageTag("b"), day + hours(1)}, {ImageTag("c"), {}}}),
            ImageTag("b"));
  EXPECT_EQ(youngest({{ImageTag("a"), day}, {ImageTag("b"), day}}), ImageTag("a"));
  EXPECT_EQ(youngest({{ImageTag("a"), std::nullopt}}), std::nullopt);
}

TEST(FollowPolicy, TellsTheOlderOfTwoTags) {
  EXPECT_TRUE(is_older_tag(semver("~1.4"), ImageTag("1.4.9"), ImageTag("1.4.10")));
  EXPECT_FALSE(is_older_tag(semver("~1.4"), ImageTag("1.4.10"), ImageTag("1.4.9")));
  EXPECT_FALSE(is_older_tag(semver("~1.4"), ImageTag("v1.4.9"), ImageTag("1.4.9")));
  // Also where the range was narrowed meanwhile.
  EXPECT_TRUE(is_older_tag(semver("~1.4"), ImageTag("1.4.9"), ImageTag("1.5.0")));
  EXPECT_FALSE(is_older_tag(semver("~1.4"), ImageTag("1.4.9"), ImageTag("latest")));
  const auto numbers = pattern("^b([0-9]+)$", TagOrder::kNumerical);
  EXPECT_TRUE(is_older_tag(numbers, ImageTag("b9"), ImageTag("b10")));
  EXPECT_FALSE(is_older_tag(numbers, ImageTag("b9"), ImageTag("main")));
  EXPECT_FALSE(is_older_tag(pattern(".", TagOrder::kCreated), ImageTag("a"), ImageTag("b")));
}

TEST(FollowPolicy, SaysWhatIsFollowed) {
  EXPECT_EQ(to_string(semver("~1.4")), "semver ~1.4");
  EXPECT_EQ(to_string(pattern("^v", TagOrder::kCreated)), "pattern ^v (Created)");
  EXPECT_FALSE(matching_tags(semver("one"), {}).has_value());
  EXPECT_FALSE(matching_tags(pattern("(", TagOrder::kCreated), {}).has_value());
}

}  // namespace
}  // namespace freshet
