// Metrics that go by other names from some moment on.
#include <gtest/gtest.h>

#include "analysis/claims.h"
#include "analysis/reader.h"
#include "tests/analysis/judging.h"
#include "tests/analysis/reading.h"

namespace freshet {
namespace {

TEST(Renamed, KeepsWhatSpeaksAgainstTheErrorsAndBeginsAllElseAgain) {
  const AnalysisSettings before = with_latency();
  AnalysisSettings now = with_latency();
  now.latency_bounds = {0.06, 0.1, 0.15, 0.2};
  now.stable_slower = {{0.06, 0.2}};
  now.errors.promote.plus = 0.01;
  const ArmCounts bad{100, 5, {{0.1, 50}, {0.25, 20}, {0.5, 5}}, 0};
  const ArmCounts good{900, 1, {{0.1, 50}, {0.25, 20}, {0.5, 5}}, 0};
  const Evidence evidence = after(before, 4, bad, good);
  const Renamed changed = renamed(before, now, evidence);
  EXPECT_EQ(changed.settings.latency_bounds, now.latency_bounds);
  EXPECT_EQ(changed.settings.stable_slower, now.stable_slower);
  EXPECT_EQ(changed.settings.errors, before.errors);
  EXPECT_TRUE(belongs_to(changed.evidence, "uid", changed.settings));
  ASSERT_EQ(changed.evidence.metrics.size(), metric_count(changed.settings));
  EXPECT_EQ(changed.evidence.metrics[0].capped, evidence.metrics[0].capped);
  EXPECT_EQ(changed.evidence.metrics[0].in_favour, ForProcess{});
  EXPECT_EQ(changed.evidence.metrics[1], MetricEvidence{});
  EXPECT_EQ(changed.evidence.canary.errors, evidence.canary.errors);
  EXPECT_EQ(changed.evidence.step_observed, Duration{});
}

TEST(Renamed, OfNothingCollectedYetIsNothing) {
  const Renamed changed = renamed(with_latency(), with_latency(), started(with_latency()));
  EXPECT_TRUE(changed.evidence.metrics.empty());
}

TEST_F(Reading, AnewTakesAllThatTheSeriesHoldAsABaselineTheCandidatesToo) {
  add_pod("s1", kStable, seconds(0));
  add_pod("c1", kCanary, seconds(5));
  per_second_["c1"].errors = 5;
  pass(hours(1), false);
  per_second_["c1"].errors = 0;
  state_ = reading_anew();
  gone_ = {"c1"};
  pass(minutes(1));
  gone_.clear();  // its series come only now
  pods_.back().forget();
  pass(minutes(5));
  EXPECT_EQ(total(true).errors, 0);
  EXPECT_LE(total(true).requests, 10 * 300);
  EXPECT_GT(total(true).requests, 10 * 200);
}

TEST_F(Reading, ToldApartAreStablesSeriesThatStoppedAndEverybodys) {
  add_pod("s1", kStable, seconds(0));
  add_pod("c1", kCanary, seconds(5));
  EXPECT_TRUE(stable_stopped(state_, now_));
  pass(minutes(5));
  EXPECT_FALSE(stable_stopped(state_, now_));
  remove_pod("s1");
  pass(minutes(2));
  EXPECT_TRUE(stable_stopped(state_, now_));
  EXPECT_FALSE(is_stale(state_, now_));
}

}  // namespace
}  // namespace freshet
