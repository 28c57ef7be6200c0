// Counter rules of reading: resets, new series, new pods, a restarted Prometheus.
#include <gtest/gtest.h>

#include "tests/analysis/reading.h"

namespace freshet {
namespace {

TEST_F(Reading, LosesNothingWithTwoPodsAnArmAtOddOffsets) {
  add_pod("s1", kStable, seconds(0));
  add_pod("s2", kStable, seconds(7));
  add_pod("c1", kCanary, seconds(3));
  add_pod("c2", kCanary, seconds(14));
  pass(minutes(1));
  pass(minutes(10));
  ASSERT_FALSE(intervals_.empty());
  const double span = to_seconds(intervals_.back().end - intervals_.front().start);
  EXPECT_NEAR(static_cast<double>(total(true).requests), 20 * span, 20 * 30);
  EXPECT_NEAR(static_cast<double>(total(false).requests), 20 * span, 20 * 30);
  for (std::size_t i = 0; i < intervals_.size(); ++i) {
    const Interval& interval = intervals_[i];
    EXPECT_EQ(interval.percent, 5);
    EXPECT_GT(interval.canary.requests, 0);
    EXPECT_GT(interval.stable.requests, 0);
    EXPECT_LE(interval.end - interval.start, seconds(30));
    if (i > 0) {
      EXPECT_EQ(interval.start, intervals_[i - 1].end);
    }
  }
  const ArmCounts sum = total(false);
  EXPECT_EQ(sum.slower.at(0.1) * 5, sum.requests);
  EXPECT_EQ(sum.slower.at(0.25) * 10, sum.requests);
}

TEST_F(Reading, WaitsForTheSlowestPodAndLosesNothingMeanwhile) {
  add_pod("s1", kStable, seconds(0), seconds(15));
  add_pod("c1", kCanary, seconds(11), seconds(60));
  pass(minutes(3));
  intervals_.clear();
  pass(minutes(20));
  const double span = to_seconds(intervals_.back().end - intervals_.front().start);
  EXPECT_NEAR(static_cast<double>(total(true).requests), 10 * span, 10 * 120);
  for (const Interval& i : intervals_) EXPECT_GE(i.end - i.start, seconds(45));
}

TEST_F(Reading, AResetCountsFromZeroAndNeverBelow) {
  add_pod("s1", kStable, seconds(0));
  add_pod("c1", kCanary, seconds(5));
  pass(minutes(2));
  intervals_.clear();
  pod("c1").restart();
  pass(minutes(5));
  const double span = to_seconds(intervals_.back().end - intervals_.front().start);
  EXPECT_NEAR(static_cast<double>(total(true).requests), 10 * span, 10 * 30);
  for (const Interval& i : intervals_) EXPECT_GE(i.canary.requests, 0);
}

TEST_F(Reading, ASeriesFromBeforeAResetThatComesBackIsNoSecondReset) {
  add_pod("s1", kStable, seconds(0));
  add_pod("c1", kCanary, seconds(5));
  per_second_["c1"].errors = 1;
  pass(minutes(2));
  pod("c1").restart();
  per_second_["c1"].errors = 0;
  pass(minutes(2));
  intervals_.clear();
  per_second_["c1"].errors = 1;
  pass(seconds(30));
  per_second_["c1"].errors = 0;
  pass(minutes(3));
  EXPECT_EQ(total(true).errors, 30);
  const double span = to_seconds(intervals_.back().end - intervals_.front().start);
  EXPECT_NEAR(static_cast<double>(total(true).requests), 10 * span, 10 * 30);
}

TEST_F(Reading, TheFirstErrorOfAKnownPodIsCounted) {
  add_pod("s1", kStable, seconds(0));
  add_pod("c1", kCanary, seconds(5));
  pass(minutes(3));
  per_second_["c1"].errors = 1;
  pass(seconds(1));
  per_second_["c1"].errors = 0;
  pass(minutes(1));
  EXPECT_EQ(total(true).errors, 1);
}

TEST_F(Reading, TheCanarysFirstSeriesCountsFromZeroHoweverOldItsPodIs) {
  add_pod("s1", kStable, seconds(0));
  pass(minutes(2));
  add_pod("c1", kCanary, seconds(5));
  per_second_["c1"] = ArmCounts{};
  pass(minutes(1));
  per_second_["c1"] = ArmCounts{1, 1, {{0.1, 0}, {0.25, 0}}, 0};
  pass(seconds(3));
  per_second_["c1"] = ArmCounts{};
  pass(minutes(1));
  EXPECT_EQ(total(true).errors, 3);
}

TEST_F(Reading, ANewPodCountsFromZeroOnlyIfItIsKnownToBeYoung) {
  for (const bool known : {true, false}) {
    pods_.clear();
    intervals_.clear();
    state_ = {};
    input_.pods.clear();
    add_pod("s1", kStable, seconds(0));
    add_pod("c1", kCanary, seconds(5));
    pass(minutes(2));
    intervals_.clear();
    add_pod("s2", kStable, seconds(9));
    if (known) input_.pods["s2"] = now_;
    pass(minutes(2));
    gone_ = {"s1", "s2", "c1"};
    pass(minutes(2));
    gone_.clear();
    const double span = to_seconds(intervals_.back().end - intervals_.front().start);
    const auto counted = static_cast<double>(total(false).requests);
    EXPECT_GT(counted, 20 * span - (known ? 350 : 500)) << known;
    EXPECT_LE(counted, 20 * span + 300) << known;
  }
}

TEST_F(Reading, ARestartedPrometheusDoesNotReplayYesterday) {
  add_pod("s1", kStable, seconds(0));
  add_pod("c1", kCanary, seconds(5));
  per_second_["c1"].errors = 5;
  pass(hours(1), false);
  per_second_["c1"].errors = 0;
  pass(minutes(2));
  const std::int64_t before = total(true).errors;
  EXPECT_EQ(before, 0);
  for (FakePod& p : pods_) p.forget();
  pass(minutes(3));
  EXPECT_EQ(total(true).errors, 0);
  EXPECT_LE(total(true).requests, 10 * 5 * 60);
  EXPECT_GT(total(true).requests, 10 * 4 * 60);
}

}  // namespace
}  // namespace freshet
