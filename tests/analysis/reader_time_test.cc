// Interval closing of reading: vanished pods, late samples, outages, restarts, warm-up.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/metric_counts.h"
#include "tests/analysis/reading.h"

namespace freshet {
namespace {

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

// Else its length would be waited for at every look, as long as pods that are gone are in the
// window.
TEST_F(Reading, AGapInScrapesIsNotTakenForTheirPeriod) {
  add_pod("s1", kStable, seconds(0));
  add_pod("c1", kCanary, seconds(5));
  pass(minutes(2));
  unseen_ = {"s1", "c1"};
  pass(minutes(12));  // beyond the window
  unseen_ = {"c1"};
  pass(seconds(16));
  EXPECT_LE(state_.period, minutes(1));
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

// A store that is written to in parts shows some series of a scrape seconds before the others.
TEST_F(Reading, AScrapeThatIsThereInPartIsCountedOnceAllOfItIs) {
  for (const bool buckets : {true, false}) {
    SCOPED_TRACE(buckets ? "buckets come late" : "totals come late");
    add_pod("s1", kStable, seconds(0));
    add_pod("c1", kCanary, seconds(5));
    pass(minutes(2));
    const ReaderState before = state_;
    pass(seconds(40), false);
    const MetricsReply whole = reply_of(pods_, now_, minutes(2));
    MetricsReply torn = whole;
    PodSeries& pod = torn.revisions[kCanary].front();
    for (std::size_t i = 0; i < pod.counters.size(); ++i) {
      if (std::isfinite(pod.counters[i].le) == buckets) pod.scrapes.back().values[i] = kNoCount;
    }
    const auto read_in = [&](ReaderState from, const MetricsReply& reply) {
      return read(std::move(from), *parse_counts(json_of(reply), dialects().front()), input_);
    };
    const ReadResult first = read_in(before, torn);
    ASSERT_TRUE(first.interval);
    EXPECT_LT(first.interval->canary.slower.at(0.1), first.interval->canary.requests);
    pass(seconds(20), false);
    const MetricsReply later = reply_of(pods_, now_, minutes(2));
    const ReadResult second = read_in(first.state, later);
    const ReadResult at_once = read_in(before, later);
    ASSERT_TRUE(second.interval && at_once.interval);
    const auto sum = [&](auto part) { return part(*first.interval) + part(*second.interval); };
    const auto requests = [](const Interval& i) { return i.canary.requests; };
    const auto slower = [](const Interval& i) { return i.canary.slower.at(0.1); };
    EXPECT_EQ(sum(requests), requests(*at_once.interval));
    EXPECT_EQ(sum(slower), slower(*at_once.interval));
    pods_.clear();
    state_ = {};
  }
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

// Else the first pod to be back would have its whole gap counted alone, and the other arm's later.
TEST_F(Reading, AfterAGapInWhichNobodyWasScrapedEverybodyIsWaitedFor) {
  for (const int offset : {0, 4, 9, 13}) {
    pods_.clear();
    state_ = {};
    add_pod("s1", kStable, seconds(0));
    add_pod("s2", kStable, seconds(2));
    add_pod("c1", kCanary, seconds(offset));
    pass(minutes(2));
    unseen_ = {"s1", "s2", "c1"};
    pass(minutes(4));
    unseen_ = {};
    intervals_.clear();
    pass(minutes(3));
    EXPECT_GT(intervals_.front().end - intervals_.front().start, minutes(4));
    for (const Interval& i : intervals_) {
      EXPECT_NEAR(requests_per_interval(i, i.canary) / requests_per_interval(i, i.stable), 0.5, 0.1)
          << to_seconds(i.end - i.start);
    }
    remove_pod("s2");  // one that is gone is not waited for any longer than before
    intervals_.clear();
    pass(minutes(2));
    EXPECT_GE(intervals_.size(), 5U);
    gone_.clear();
  }
}

TEST_F(Reading, GoesOnFromItsStoredStateAfterARestart) {
  add_pod("s1", kStable, seconds(0));
  add_pod("c1", kCanary, seconds(5));
  pass(minutes(2));
  Evidence stored = fresh_evidence("uid", AnalysisSettings{});
  stored.reader = state_;
  state_ = evidence_from_json(evidence_to_json(stored))->reader;
  EXPECT_TRUE(state_.counted.empty()) << "values are not stored: times are enough";
  stored.reader.counted.clear();
  EXPECT_EQ(state_, stored.reader);
  intervals_.clear();
  pass(minutes(3));
  const double span = to_seconds(intervals_.back().end - intervals_.front().start);
  EXPECT_NEAR(static_cast<double>(total(true).requests), 10 * span, 10 * 16);
  EXPECT_LE(total(true).requests, 10 * 195);
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
