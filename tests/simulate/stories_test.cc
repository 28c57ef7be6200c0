// Stories that found something once, and what the simulation itself has to keep.
#include <gtest/gtest.h>

#include "tests/simulate/run.h"
#include "tests/simulate/shrink.h"

namespace freshet::simulate {
namespace {

struct Seed {
  const char* sentence;
  const char* faults;
  std::uint64_t seed;
};

TEST(Stories, ThatFoundSomethingOnceEndWell) {
  const std::vector<Seed> rows = {
      {"a bake shorter than the interval between readings", "none", 19},
      {"history is forgotten while a retreat is told", "kubernetes", 14},
      {"history is forgotten while a split is programmed", "kubernetes", 19},
      {"our annotation is cut short right after a write", "people", 35},
      {"the wall clock goes back in a step", "replicas", 14},
      {"the wall clock goes back in a retreat", "replicas", 23},
      {"the wall clock goes back by a day", "replicas", 35},
      {"errors without a Date while the clock is behind", "all", 27},
  };
  for (const Seed& row : rows) {
    SCOPED_TRACE(row.sentence);
    const Outcome outcome = run_story(make_story(row.seed, *parse_allowed(row.faults)));
    for (const Violation& violation : outcome.violations) {
      ADD_FAILURE() << violation.invariant << ": " << violation.what;
    }
  }
}

TEST(Stories, TellTheSameFromTheSameSeed) {
  const Story story = make_story(11, everything());
  EXPECT_EQ(story, make_story(11, everything()));
  std::vector<std::string> lines[2];
  for (auto& told : lines) {
    RunOptions options;
    options.tell = [&](TimePoint at, const std::string& line) {
      told.push_back(format_rfc3339(at) + line);
    };
    (void)run_story(story, options);
  }
  EXPECT_EQ(lines[0], lines[1]);
  EXPECT_GT(lines[0].size(), story.events.size());
}

TEST(Stories, OfBadBuildsAreTakenBackWithinTwoSecondsOfTheVerdict) {
  Story story;
  story.services = {ServiceSetting{.metrics = true, .steps = {20, 50}}};
  story.length = minutes(20);
  for (int i = 0; i < 3; ++i) {
    story.events.push_back({.at = minutes(1 + 6 * i), .what = What::kPushFailing});
  }
  const Outcome outcome = run_story(story);
  EXPECT_TRUE(outcome.violations.empty());
  ASSERT_EQ(outcome.retreats.size(), 3u);
  for (const Duration retreat : outcome.retreats) EXPECT_LE(retreat, seconds(2));
}

TEST(Faults, AreNamedOneByOneOrByGroups) {
  EXPECT_EQ(parse_allowed("none")->size(), 1u);
  EXPECT_TRUE(parse_allowed("kill,people")->contains(What::kAbort));
  EXPECT_FALSE(parse_allowed("kill,people")->contains(What::kFreeze));
  const auto refused = parse_allowed("kil");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("kill-at-write"), std::string::npos);
}

}  // namespace
}  // namespace freshet::simulate
