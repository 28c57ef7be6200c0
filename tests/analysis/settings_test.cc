// What is fixed when a rollout starts: auto margins, the bounds tested, the stored form.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/claims.h"

namespace freshet {
namespace {

TEST(Settings, AutoChoosesTheSmallestMarginThatTrafficCanShowInTime) {
  struct Row {
    const char* name;
    double rps;
    double errors;
    double expected;
  };
  const Row rows[] = {
      {"no traffic known", 0, 0, 0.01},
      {"one request a second", 1, 0.002, 0.01},
      {"ten a second", 10, 0.002, 0.003},
      {"a thousand a second, few errors", 1000, 0.0001, 0.0001},
  };
  for (const Row& row : rows) {
    StableBaseline baseline;
    baseline.requests_per_second = row.rps;
    baseline.error_rate = row.errors;
    const AnalysisSettings s =
        choose_settings(AnalysisSpec{}, RolloutSpec{}, baseline, seconds(10));
    EXPECT_DOUBLE_EQ(s.errors.promote.plus, row.expected) << row.name;
    EXPECT_DOUBLE_EQ(s.errors.rollback.plus, row.expected / 3) << row.name;
  }
}

TEST(Settings, OnlyBoundsThatAtMostHalfOfStablesRequestsExceedAreTested) {
  StableBaseline baseline;
  baseline.requests_per_second = 10;
  baseline.slower_share = {{0.05, 0.9}, {0.1, 0.5}, {0.25, 0.1}, {0.5, 0}};
  const AnalysisSettings s = choose_settings(AnalysisSpec{}, RolloutSpec{}, baseline, seconds(10));
  EXPECT_EQ(s.latency_bounds, (std::vector<double>{0.1, 0.25, 0.5}));
  std::vector<std::string> names;
  double weights = 0;
  for (const Claim& claim : claims(s)) {
    names.push_back(claim_name(claim, s));
    weights += claim.weight;
  }
  EXPECT_EQ(names,
            (std::vector<std::string>{"errors", "latency 0.25", "latency 0.5", "requests lost"}));
  EXPECT_DOUBLE_EQ(weights, 1);
  EXPECT_EQ(s.stable_slower.size(), 3U);
}

TEST(Settings, TooManyBoundsAreThinnedWhereTheyAreClosest) {
  StableBaseline baseline;
  baseline.requests_per_second = 10;
  const std::vector<double> knatives = {.005, .01, .025, .05, .075, .1,  .25,
                                        .5,   .75, 1.,   2.5, 5.,   7.5, 10.};
  for (double b : knatives) baseline.slower_share[b] = 0.1;
  AnalysisSettings s = choose_settings(AnalysisSpec{}, RolloutSpec{}, baseline, seconds(10));
  EXPECT_EQ(s.latency_bounds, knatives);
  baseline.slower_share[0.08] = 0.1;
  s = choose_settings(AnalysisSpec{}, RolloutSpec{}, baseline, seconds(10));
  EXPECT_EQ(s.latency_bounds.size(), knatives.size());
  EXPECT_EQ(std::ranges::count(s.latency_bounds, 0.075), 0);
  EXPECT_EQ(metric_count(s), kMaxMetrics);
}

TEST(Settings, RequestsTakeAsLongAsAllButOneInAHundredOfStables) {
  struct Row {
    const char* name;
    std::map<double, double> slower;
    Duration timeout;
    Duration expected;
  };
  const Row rows[] = {
      {"no bound is known", {}, seconds(300), {}},
      {"the least bound that 1 % exceed",
       {{0.5, 0.02}, {1, 0.01}, {5, 0}},
       seconds(300),
       seconds(1)},
      {"more exceed all", {{1, 0.3}, {10, 0.011}}, seconds(600), seconds(600)},
      {"none takes longer than its timeout", {{10, 0.3}, {60, 0}}, seconds(30), seconds(30)},
  };
  for (const Row& row : rows) {
    StableBaseline baseline;
    baseline.requests_per_second = 10;
    baseline.slower_share = row.slower;
    const AnalysisSettings s =
        choose_settings(AnalysisSpec{}, RolloutSpec{}, baseline, seconds(10), row.timeout);
    EXPECT_EQ(s.longest_request, row.expected) << row.name;
    EXPECT_EQ(s.longest_waited, row.expected) << row.name;
  }
}

// An hour's timeout for each of four steps and a bake would not fit into six hours.
TEST(Settings, AStepWaitsForLongRequestsAsFarAsThePlanCanAffordIt) {
  StableBaseline baseline;
  baseline.requests_per_second = 10;
  baseline.slower_share = {{10, 0.02}};
  const AnalysisSettings s =
      choose_settings(AnalysisSpec{}, RolloutSpec{}, baseline, seconds(10), hours(1));
  EXPECT_EQ(s.longest_request, hours(1));
  EXPECT_EQ(s.longest_waited, minutes(24));
  EXPECT_EQ(settings_from_json(settings_to_json(s)).value(), s);
}

// Or evidence of rollouts under way would begin again with the upgrade.
TEST(Settings, OfAReleaseThatDidNotKnowHowLongRequestsTakeKeepTheirHash) {
  const Json json = settings_to_json(AnalysisSettings{});
  EXPECT_FALSE(json.contains("longestRequest"));
  EXPECT_FALSE(json.contains("longestWaited"));
  const auto read = settings_from_json(json);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(settings_hash(*read), settings_hash(AnalysisSettings{}));
}

TEST(Settings, ReadBackExactlyAndChangeTheirHash) {
  StableBaseline baseline;
  baseline.requests_per_second = 50;
  baseline.error_rate = 0.002;
  baseline.slower_share = {{0.1, 0.3}, {0.25, 0.1}};
  AnalysisSettings s = choose_settings(AnalysisSpec{}, RolloutSpec{}, baseline, seconds(10));
  const auto read = settings_from_json(settings_to_json(s));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, s);
  const std::string hash = settings_hash(s);
  s.errors.rollback.times = 1.3;
  EXPECT_NE(settings_hash(s), hash);
  EXPECT_FALSE(settings_from_json(Json{}));
}

}  // namespace
}  // namespace freshet
