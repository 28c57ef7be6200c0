// Failures that reached no pod: added once, from the activators' series.
#include "analysis/activator.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "tests/analysis/reading.h"

namespace freshet {
namespace {

// Every request comes through an activator; those that a pod answers are counted at both.
class Activators : public Reading {
 protected:
  void SetUp() override {
    add_pod("s1", kStable, seconds(0));
    add_pod("c1", kCanary, seconds(4));
    add_activator("activator-1", seconds(11));
  }
  void add_activator(const std::string& name, Duration offset, Duration period = seconds(15)) {
    for (const RevisionKey& key : {kStable, kCanary}) {
      activators_.emplace_back(name, key, period, offset);
    }
  }

  // A second at a time; `passed` of each Revision's requests come through the first activator.
  void go(Duration duration) {
    for (const TimePoint until = now_ + duration; now_ < until;) {
      for (FakePod& activator : activators_) {
        const bool canary = activator.key() == kCanary;
        if (activator.name() == "activator-1") {
          for (const FakePod& p : pods_) {
            if (p.key() != activator.key() || gone_.contains(p.name())) continue;
            const ArmCounts& all = per_second_[p.name()];
            activator.serve({all.requests, all.errors, {}, 0});
          }
        }
        const std::int64_t alone = canary ? canary_alone_ : stable_alone_;
        if (activator.name() == alone_at_ && alone > 0) activator.serve({alone, alone, {}, 0});
        if (canary) failed_ += activator.name() == alone_at_ ? alone : 0;
        const bool is_there = !gone_.contains(activator.name());
        if (is_there && activator.due(now_ + seconds(1))) activator.scrape(now_ + seconds(1));
      }
      pass(seconds(1));
    }
  }

  std::string alone_at_ = "activator-1";
  std::int64_t canary_alone_ = 0;  // failures a second that reach no pod
  std::int64_t stable_alone_ = 0;
  std::int64_t failed_ = 0;
};

TEST_F(Activators, FailuresThatAPodHasCountedAreNotCountedAgain) {
  per_second_["c1"].errors = 3;
  per_second_["s1"].errors = 1;
  go(minutes(20));
  const ArmCounts canary = total(true);
  const ArmCounts stable = total(false);
  EXPECT_EQ(canary.errors * 10, canary.requests * 3);
  EXPECT_EQ(stable.errors * 10, stable.requests);
}

TEST_F(Activators, NeverCountMoreThanTheUsersGotHoweverPodsAndScrapesCome) {
  std::mt19937 random(7);
  const auto some = [&](int most) { return static_cast<int>(random() % (most + 1u)); };
  for (int round = 0; round < 24; ++round) {
    pods_.clear();
    activators_.clear();
    intervals_.clear();
    state_ = {};
    const Duration period = seconds(std::array{2, 15, 30}[round % 3]);
    const auto offset = [&] { return seconds(some(29)) % period; };
    for (const char* name : {"s1", "s2"}) add_pod(name, kStable, offset(), period);
    for (const char* name : {"c1", "c2", "c3"}) {
      add_pod(name, kCanary, offset(), period);
      per_second_[name] = {};
      input_.pods[name] = now_;
    }
    add_activator("activator-1", offset(), period);
    go(minutes(2));
    std::int64_t failed = 0;
    for (int i = 0; i < 300; ++i) {
      for (const char* name : {"c1", "c2", "c3"}) {  // one after the other begins to be asked
        const int first = 40 * (name[1] - '1');
        const bool asked = i > first && some(3) == 0;
        unseen_.erase(name);
        if (i < first + 5) unseen_.insert(name);
        per_second_[name] = asked ? ArmCounts{2, 1 + some(1), {}, 0} : ArmCounts{};
        failed += per_second_[name].errors;
      }
      go(seconds(1));
      EXPECT_LE(total(true).errors, failed) << round << ", second " << i;
    }
    for (const char* name : {"c1", "c2", "c3"}) per_second_[name] = {};
    go(minutes(3));
    EXPECT_LE(total(true).errors, failed) << round;
    EXPECT_GE(total(true).errors, failed * 4 / 5) << round;
  }
}

TEST_F(Activators, FailuresOfACandidateWhosePodsAreUnreadyAreAllCounted) {
  go(minutes(2));
  per_second_["c1"] = {};
  canary_alone_ = 5;
  go(minutes(5));
  canary_alone_ = 0;
  go(minutes(1));
  EXPECT_EQ(failed_, 5 * 300);
  EXPECT_EQ(total(true).errors, failed_);
  EXPECT_EQ(total(false).errors, 0);
}

TEST_F(Activators, FailuresOfACandidateWithoutAnyPodAreAllCounted) {
  gone_ = {"c1"};
  go(minutes(2));
  canary_alone_ = 2;
  go(minutes(2));
  canary_alone_ = 0;
  go(minutes(1));
  EXPECT_EQ(total(true).errors, failed_);
  EXPECT_EQ(total(true).requests, failed_);
}

// Else the candidate that mends it could not be shown to finish its share.
TEST_F(Activators, AnArmWithoutAPodIsObservedByThemAllTheTime) {
  go(minutes(2));
  gone_ = {"s1"};
  stable_alone_ = 50;
  go(minutes(10));
  ASSERT_FALSE(intervals_.empty());
  EXPECT_GT(intervals_.back().stable.errors, 0);
  EXPECT_NE(intervals_.back().stable.observed, Duration{});
}

TEST_F(Activators, AnArmWithoutAPodIsObservedAsLongAsTheyWere) {
  activators_.clear();
  add_activator("activator-1", seconds(7), seconds(20));  // others between pods' scrapes, and none
  for (const char* name : {"activator-2", "activator-3"}) add_activator(name, seconds(9));
  go(minutes(2));
  gone_ = {"s1"};
  stable_alone_ = 50;
  for (const char* name : {"activator-2", "activator-3", "activator-1"}) {
    alone_at_ = name;
    go(minutes(1));
  }
  gone_ = {"s1", "activator-2", "activator-3"};  // their series stay in replies for a while
  go(minutes(1));
  intervals_.clear();
  go(minutes(10));
  ASSERT_GT(intervals_.size(), 20u);
  for (const Interval& interval : intervals_) {
    if (interval.stable.errors == 0) continue;
    ASSERT_TRUE(interval.stable.observed);
    EXPECT_EQ(interval.stable.errors, 50 * *interval.stable.observed / seconds(1));
  }
}

// One failure is not all that stable was asked: the rest is not known, and says nothing of shares.
TEST_F(Activators, AnArmWhoseRunningPodsAreNotScrapedIsNotObserved) {
  go(minutes(2));
  gone_ = {"s1"};
  stable_alone_ = 1;
  intervals_.clear();
  go(minutes(10));
  ASSERT_FALSE(intervals_.empty());
  EXPECT_GT(intervals_.back().stable.errors, 0);
  EXPECT_EQ(intervals_.back().stable.observed, Duration{});
}

TEST_F(Activators, FailuresOfPodsThatPrometheusHasNotTakenUpYetWaitForThem) {
  for (const char* name : {"s1", "c1"}) input_.pods[name] = now_;
  per_second_["c1"] = {};
  go(minutes(1));
  unseen_ = {"c1"};
  per_second_["c1"] = {2, 2, {}, 0};
  go(seconds(18));
  EXPECT_EQ(total(true).errors, 0);
  unseen_ = {};
  go(minutes(2));
  per_second_["c1"] = {};
  go(minutes(1));
  EXPECT_EQ(total(true).errors, 2 * (18 + 120));
}

TEST_F(Activators, PodsErrorsAtTheSameTimeMakeThemFewerAndNeverMore) {
  per_second_["c1"].errors = 1;
  go(minutes(2));
  const std::int64_t before = total(true).errors;
  canary_alone_ = 4;
  go(minutes(10));
  canary_alone_ = 0;
  go(minutes(1));
  const std::int64_t pods = 10 * 60 + 60;
  EXPECT_LE(total(true).errors, before + failed_ + pods);
  EXPECT_GT(total(true).errors, before + pods + failed_ / 2);
  per_second_["c1"].errors = 0;
}

TEST_F(Activators, WhatTheyCountedBeforeReadingBeganIsNoEvidence) {
  canary_alone_ = 9;
  stable_alone_ = 9;
  for (int i = 0; i < 600; ++i) {
    go(seconds(1));
    intervals_.clear();
    state_ = {};
  }
  canary_alone_ = 0;
  stable_alone_ = 0;
  go(minutes(5));
  EXPECT_LE(total(true).errors, 9 * 15);
  EXPECT_LE(total(false).errors, 9 * 15);
}

TEST_F(Activators, ARestartedPrometheusReplaysNoneOfTheirPast) {
  go(minutes(1));
  canary_alone_ = 7;
  go(minutes(3));
  canary_alone_ = 0;
  go(minutes(2));
  const std::int64_t counted = total(true).errors;
  EXPECT_EQ(counted, failed_);
  for (FakePod& p : pods_) p.forget();
  for (FakePod& a : activators_) a.forget();
  go(minutes(5));
  EXPECT_EQ(total(true).errors, counted);
}

TEST_F(Activators, AnActivatorThatStartsAgainCountsFromZero) {
  go(minutes(1));
  canary_alone_ = 2;
  go(minutes(2));
  for (FakePod& a : activators_) a.restart();
  go(minutes(2));
  canary_alone_ = 0;
  go(minutes(1));
  // What it had counted since its last scrape is lost with it.
  EXPECT_LE(total(true).errors, failed_);
  EXPECT_GE(total(true).errors, failed_ - 2 * 15);
}

TEST_F(Activators, ASecondActivatorThatIsKnownByStablesRequestsCountsFromItsFirstFailure) {
  add_activator("activator-2", seconds(7));
  alone_at_ = "activator-2";
  stable_alone_ = 1;
  go(minutes(3));
  canary_alone_ = 1;
  go(minutes(1));
  canary_alone_ = 0;
  go(minutes(1));
  EXPECT_EQ(total(true).errors, failed_);
}

TEST_F(Activators, OneThatIsScrapedOnceAMinuteIsCountedAsWell) {
  activators_.clear();
  add_activator("activator-1", seconds(33), minutes(1));
  go(minutes(2));
  per_second_["c1"] = {};
  canary_alone_ = 3;
  go(minutes(5));
  canary_alone_ = 0;
  go(minutes(3));
  EXPECT_EQ(total(true).errors, failed_);
}

TEST_F(Activators, WithReadingAnewNothingIsCountedThatWasThereBefore) {
  canary_alone_ = 5;
  go(minutes(5));
  intervals_.clear();
  state_ = reading_anew();
  canary_alone_ = 0;
  per_second_["c1"].errors = 0;
  go(minutes(3));
  ASSERT_FALSE(intervals_.empty());
  EXPECT_LE(total(true).errors, 5 * 15);
}

}  // namespace
}  // namespace freshet
