// Interval closing and counter rules, on pods scraped at offsets, through the server's own JSON.
#include "analysis/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/analysis/fake_prometheus.h"

namespace freshet {
namespace {

const RevisionKey kCanary{"shop", "checkout-00008"};
const RevisionKey kStable{"shop", "checkout-00007"};

// A world in which every pod serves a fixed number of requests and errors a second.
class Reading : public testing::Test {
 protected:
  void add_pod(const std::string& name, const RevisionKey& key, Duration offset,
               Duration period = seconds(15)) {
    pods_.emplace_back(name, key, period, offset);
    per_second_[name] = ArmCounts{10, 0, {{0.1, 2}, {0.25, 1}}, 0};
  }
  FakePod& pod(const std::string& name) {
    return *std::find_if(pods_.begin(), pods_.end(),
                         [&](const FakePod& p) { return p.name() == name; });
  }
  void remove_pod(const std::string& name) { gone_.insert(name); }

  // Lets time pass, a second at a time; reads every ten seconds when `reading`.
  void pass(Duration duration, bool reading = true) {
    for (const TimePoint until = now_ + duration; now_ < until;) {
      now_ += seconds(1);
      for (FakePod& p : pods_) {
        if (gone_.contains(p.name())) continue;
        p.serve(per_second_[p.name()]);
        if (p.due(now_)) p.scrape(now_);
      }
      if (reading && now_.time_since_epoch() % seconds(10) == Duration{}) look();
    }
  }
  void look() {
    const MetricsReply reply = reply_of(pods_, now_, read_window(state_, now_));
    const auto parsed = parse_counts(json_of(reply), dialects().front(), "freshet");
    ASSERT_TRUE(parsed) << parsed.error().message;
    ReadResult result = read(state_, *parsed, input_);
    state_ = std::move(result.state);
    if (result.interval) intervals_.push_back(*result.interval);
  }
  ArmCounts total(bool canary) const {
    ArmCounts sum;
    for (const Interval& i : intervals_) {
      const ArmCounts& arm = canary ? i.canary : i.stable;
      sum.requests += arm.requests;
      sum.errors += arm.errors;
      sum.young += arm.young;
      for (const auto& [bound, slower] : arm.slower) sum.slower[bound] += slower;
    }
    return sum;
  }

  TimePoint now_ = kSimulationStart;
  std::vector<FakePod> pods_;
  std::set<std::string> gone_;
  std::map<std::string, ArmCounts> per_second_;
  ReadInput input_{{kCanary, {}}, {kStable, {}}, 5, {"5xx"}, {0.1, 0.25}, {}, {}};
  ReaderState state_;
  std::vector<Interval> intervals_;
};

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

TEST_F(Reading, AVanishedPodIsNotWaitedForAndItsLastRequestsCount) {
  add_pod("s1", kStable, seconds(0));
  add_pod("s2", kStable, seconds(8));
  add_pod("c1", kCanary, seconds(5));
  pass(minutes(2));
  remove_pod("s2");
  intervals_.clear();
  pass(minutes(3));
  EXPECT_GE(intervals_.size(), 6U);
  for (const Interval& i : intervals_) EXPECT_LE(i.end - i.start, seconds(60));
}

TEST_F(Reading, ASampleThatComesLateIsCountedInTheNextInterval) {
  add_pod("s1", kStable, seconds(0));
  add_pod("c1", kCanary, seconds(5));
  pass(minutes(2));
  const ReaderState before = state_;
  MetricsReply reply = reply_of(pods_, now_ + seconds(40), minutes(2));
  pass(seconds(40), false);
  reply = reply_of(pods_, now_, minutes(2));
  MetricsReply without_last = reply;
  Scrape late = without_last.revisions[kCanary].front().scrapes.back();
  without_last.revisions[kCanary].front().scrapes.pop_back();
  const ReadResult first = read(before, without_last, input_);
  ASSERT_TRUE(first.interval);
  const ReadResult same = read(first.state, without_last, input_);
  EXPECT_FALSE(same.interval);
  pass(seconds(20), false);
  const ReadResult second = read(first.state, reply_of(pods_, now_, minutes(2)), input_);
  ASSERT_TRUE(second.interval);
  const ReadResult at_once = read(before, reply_of(pods_, now_, minutes(2)), input_);
  EXPECT_EQ(first.interval->canary.requests + second.interval->canary.requests,
            at_once.interval->canary.requests);
  EXPECT_EQ(first.interval->stable.requests + second.interval->stable.requests,
            at_once.interval->stable.requests);
}

TEST_F(Reading, AnOutageOfPrometheusLosesNothingThatItsWindowStillShows) {
  add_pod("s1", kStable, seconds(0));
  add_pod("c1", kCanary, seconds(5));
  pass(minutes(2));
  intervals_.clear();
  pass(minutes(5), false);
  EXPECT_TRUE(is_stale(state_, now_));
  pass(minutes(1));
  EXPECT_FALSE(is_stale(state_, now_));
  const double span = to_seconds(intervals_.back().end - intervals_.front().start);
  EXPECT_NEAR(static_cast<double>(total(true).requests), 10 * span, 10 * 30);
}

TEST_F(Reading, GoesOnFromItsStoredStateAfterARestart) {
  add_pod("s1", kStable, seconds(0));
  add_pod("c1", kCanary, seconds(5));
  pass(minutes(2));
  Evidence stored = fresh_evidence("uid", AnalysisSettings{});
  stored.reader = state_;
  state_ = evidence_from_json(evidence_to_json(stored))->reader;
  EXPECT_EQ(state_, stored.reader);
}

TEST_F(Reading, RequestsOfYoungPodsAreMarkedForTheWarmUp) {
  input_.warm_up = seconds(90);
  add_pod("s1", kStable, seconds(0));
  pass(minutes(3));
  add_pod("c1", kCanary, seconds(5));
  pass(minutes(5));
  for (const Interval& i : intervals_) {
    if (i.canary.requests == 0) continue;
    const Duration age = i.end - (kSimulationStart + minutes(3));
    if (age < seconds(80)) {
      EXPECT_EQ(i.canary.young, i.canary.requests) << to_seconds(age);
    }
    if (age > seconds(150)) {
      EXPECT_EQ(i.canary.young, 0) << to_seconds(age);
    }
    EXPECT_EQ(i.stable.young, 0);
  }
}

TEST_F(Reading, ACanaryWithoutAnySeriesDoesNotHoldTheIntervalUp) {
  add_pod("s1", kStable, seconds(0));
  pass(minutes(3));
  ASSERT_GE(intervals_.size(), 5U);
  EXPECT_EQ(total(true).requests, 0);
}

TEST_F(Reading, NothingAtAllChangesNothing) {
  const ReadResult result = read(state_, MetricsReply{}, input_);
  EXPECT_EQ(result.state, state_);
  EXPECT_FALSE(result.interval);
  EXPECT_TRUE(is_stale(result.state, now_));
}

TEST_F(Reading, ABoundThatAPodDoesNotHaveIsLeftOutNotGuessed) {
  input_.bounds = {0.1, 0.25, 0.33};
  add_pod("s1", kStable, seconds(0));
  add_pod("c1", kCanary, seconds(5));
  pass(minutes(2));
  ASSERT_FALSE(intervals_.empty());
  EXPECT_EQ(intervals_.back().canary.slower.count(0.33), 0U);
  EXPECT_EQ(intervals_.back().canary.slower.count(0.25), 1U);
}

}  // namespace
}  // namespace freshet
