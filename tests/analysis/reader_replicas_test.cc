// Two Prometheus replicas behind one address: each scrapes the same pods at instants of its own,
// and they answer in turn. No request counts twice, and hardly one is lost.
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <random>

#include "tests/analysis/reading.h"

namespace freshet {
namespace {

class Replicas : public ::testing::Test {
 protected:
  // A pod as each replica sees it.
  struct Pod {
    std::array<FakePod, 2> seen;
    std::int64_t requests_a_second = 10;
    bool gone = false;
  };

  void add_pod(const std::string& name, const RevisionKey& key, std::array<Duration, 2> offsets,
               Duration period = seconds(15)) {
    pods_.push_back({{FakePod(name, key, period, offsets[0] % period),
                      FakePod(name, key, period, offsets[1] % period)}});
  }
  void add_two() {
    add_pod("s1", kStable, {seconds(0), seconds(8)});
    add_pod("c1", kCanary, {seconds(5), seconds(12)});
  }
  void begin_again() {
    pods_.clear();
    activators_.clear();
    state_ = {};
    down_ = {};
    served_ = counted_ = {};
    failed_ = errors_ = 0;
    looks_ = 0;
  }
  void add_activator(std::array<Duration, 2> offsets) {
    activators_.push_back({{FakePod("activator-1", kCanary, seconds(15), offsets[0]),
                            FakePod("activator-1", kCanary, seconds(15), offsets[1])}});
  }
  void restart(Pod& pod) {
    for (FakePod& seen : pod.seen) seen.restart();
  }
  void lose_history(std::size_t replica) {
    for (Pod& pod : pods_) pod.seen[replica].forget();
  }
  // As after a restart of the controller.
  void restart_reading() {
    Evidence stored = fresh_evidence("uid", AnalysisSettings{});
    stored.reader = state_;
    state_ = evidence_from_json(evidence_to_json(stored))->reader;
  }

  void second() {
    now_ += seconds(1);
    for (Pod& pod : pods_) {
      if (pod.gone) continue;
      if (state_.end) served_[pod.seen[0].key() == kCanary] += pod.requests_a_second;
      for (std::size_t replica = 0; replica < 2; ++replica) {
        FakePod& seen = pod.seen[replica];
        seen.serve({pod.requests_a_second, 0, {{0.1, 1}}, 0});
        if (!down_[replica] && seen.due(now_)) seen.scrape(now_);
      }
    }
    failed_ += alone_;
    served_[1] += alone_;
    for (Pod& activator : activators_) {
      for (FakePod& seen : activator.seen) {
        if (alone_ > 0) seen.serve({alone_, alone_, {}, 0});
        if (seen.due(now_)) seen.scrape(now_);
      }
    }
  }
  void look(std::size_t replica) {
    std::vector<FakePod> seen;
    for (const Pod& pod : pods_) seen.push_back(pod.seen[replica]);
    const Duration window = read_window(state_, now_);
    MetricsReply reply = reply_of(seen, now_, window);
    seen.clear();
    for (const Pod& activator : activators_) seen.push_back(activator.seen[replica]);
    reply.activators = reply_of(seen, now_, window).revisions;
    ReadResult result = read(state_, reply, input_);
    state_ = std::move(result.state);
    if (!result.interval) return;
    errors_ += result.interval->canary.errors;
    EXPECT_LE(errors_, failed_) << looks_;
    counted_[1] += result.interval->canary.requests;
    counted_[0] += result.interval->stable.requests;
  }
  // Looks every ten seconds, at the replica that `turn` names for each look.
  template <class Turn>
  void pass(Duration duration, const Turn& turn) {
    for (const TimePoint until = now_ + duration; now_ < until;) {
      second();
      if (now_.time_since_epoch() % seconds(10) != Duration{}) continue;
      look(turn(looks_++));
      // At the first look a pod's last scrape may be a period old.
      for (std::size_t arm : {0U, 1U}) EXPECT_LE(counted_[arm], served_[arm] + slack_) << looks_;
    }
  }
  static std::size_t in_turn(std::size_t look) { return look % 2; }

  void expect_nearly_all() {
    for (std::size_t arm : {0U, 1U}) {
      EXPECT_GE(static_cast<double>(counted_[arm] + slack_),
                0.95 * static_cast<double>(served_[arm]))
          << arm;
    }
  }

  TimePoint now_ = kSimulationStart;
  std::vector<Pod> pods_;
  std::vector<Pod> activators_;
  std::int64_t alone_ = 0;   // failures a second that reach no pod
  std::int64_t failed_ = 0;  // so far
  std::int64_t errors_ = 0;  // counted
  std::array<bool, 2> down_{};
  std::size_t looks_ = 0;
  std::int64_t slack_ = 10 * 30;
  std::array<std::int64_t, 2> served_{};  // stable, canary: since reading began
  std::array<std::int64_t, 2> counted_{};
  ReadInput input_{{kCanary, {}}, {kStable, {}}, 5, {"5xx"}, {0.1}, {}, {}};
  ReaderState state_;
};

TEST_F(Replicas, ThatAnswerInTurnCountEachRequestOnceAndLoseNone) {
  for (std::size_t looks = 1; looks <= 4; ++looks) {  // at one of them, then at the other
    for (int offset = 1; offset < 15; ++offset) {
      begin_again();
      add_pod("s1", kStable, {seconds(0), seconds(offset)});
      add_pod("c1", kCanary, {seconds(5), seconds(5 + offset)});
      pass(minutes(20), [looks](std::size_t look) { return look / looks % 2; });
      expect_nearly_all();
    }
  }
}

TEST_F(Replicas, WithoutHistoryGoOnFromWhatTheOtherShowed) {
  add_two();
  pass(minutes(3), [](std::size_t) { return 0U; });
  lose_history(1);
  pass(minutes(5), [](std::size_t) { return 1U; });
  expect_nearly_all();
  lose_history(0);
  lose_history(1);
  pass(minutes(5), in_turn);
  expect_nearly_all();
}

TEST_F(Replicas, CountFailuresThatReachedNoPodOnceAsWell) {
  for (int offset = 0; offset < 15; ++offset) {
    begin_again();
    add_pod("s1", kStable, {seconds(0), seconds(8)});
    add_activator({seconds(3), seconds(offset)});
    pass(minutes(2), in_turn);
    alone_ = 2;
    pass(minutes(5), in_turn);
    alone_ = 0;
    pass(minutes(2), in_turn);
    EXPECT_EQ(errors_, failed_) << offset;
  }
}

TEST_F(Replicas, OneThatWasDownForLongIsLateAndCountsNothingAgain) {
  add_two();
  pass(minutes(3), in_turn);
  down_[1] = true;
  pass(minutes(8), [](std::size_t) { return 0U; });
  down_[1] = false;
  pass(minutes(5), in_turn);
  expect_nearly_all();
}

TEST_F(Replicas, AResetIsOneForBoth) {
  add_two();
  pass(minutes(3), in_turn);
  restart(pods_[1]);
  pass(minutes(5), in_turn);
  restart(pods_[0]);
  pass(minutes(5), in_turn);
  expect_nearly_all();
}

TEST_F(Replicas, AfterARestartOfTheControllerNeitherCountsTwice) {
  add_two();
  for (int i = 0; i < 20; ++i) {
    pass(seconds(70), in_turn);
    restart_reading();
  }
  EXPECT_GE(counted_[0] * 2, served_[0]) << "what lies between two replicas' scrapes is lost";
}

TEST_F(Replicas, APodThatStallsIsCountedWhereItWasLeft) {
  add_pod("s1", kStable, {seconds(0), seconds(8)});
  add_pod("s2", kStable, {seconds(3), seconds(14)});
  add_pod("c1", kCanary, {seconds(5), seconds(12)});
  pass(minutes(3), in_turn);
  for (const Duration stalled : {seconds(40), seconds(200)}) {
    pods_[1].gone = true;
    pass(stalled, in_turn);
    pods_[1].gone = false;
    pass(minutes(3), in_turn);
  }
  expect_nearly_all();
}

TEST_F(Replicas, AClockThatIsAheadMakesASmallerValueNoReset) {
  add_two();
  pass(minutes(3), [](std::size_t) { return 0U; });
  const std::int64_t before = counted_[1];
  MetricsReply reply = reply_of({pods_[0].seen[0], pods_[1].seen[0]}, now_, minutes(2));
  for (auto& [key, pods] : reply.revisions) {
    for (Scrape& scrape : pods.front().scrapes) {
      scrape.at += seconds(16);  // what was counted already, as if it were newer
      for (std::int64_t& value : scrape.values) value -= value > 1 ? 1 : 0;
    }
  }
  const ReadResult result = read(state_, reply, input_);
  ASSERT_TRUE(result.interval);
  EXPECT_EQ(result.interval->canary.requests, 0);
  state_ = result.state;
  pass(minutes(2), in_turn);
  EXPECT_GT(counted_[1], before);
  expect_nearly_all();
}

TEST_F(Replicas, OtherNamesForAllOfAPodsSeriesAreABaselineOnly) {
  add_two();
  pass(minutes(3), in_turn);
  second();
  MetricsReply reply =
      reply_of({pods_[0].seen[0], pods_[1].seen[0]}, now_ + seconds(20), minutes(2));
  for (auto& [key, pods] : reply.revisions) {
    for (PodCounter& counter : pods.front().counters) counter.group += 1;
    for (Scrape& scrape : pods.front().scrapes) scrape.at += seconds(20);
  }
  const ReadResult result = read(state_, reply, input_);
  ASSERT_TRUE(result.interval);
  EXPECT_LE(result.interval->stable.requests, 10 * 150) << "at most what grew within the reply";
}

TEST_F(Replicas, HoweverTheyAreAndWhateverHappensNeverCountARequestTwice) {
  std::mt19937 random(11);
  const auto some = [&](unsigned most) { return static_cast<int>(random() % (most + 1)); };
  for (std::size_t round = 0; round < 60; ++round) {
    begin_again();
    const bool restarts = round % 2 == 1;
    const Duration period = seconds(std::array{5, 15, 30}[round % 3]);
    const auto offsets = [&] {
      return std::array<Duration, 2>{seconds(some(29)), seconds(some(29))};
    };
    for (const char* name : {"s1", "s2"}) add_pod(name, kStable, offsets(), period);
    add_pod("c1", kCanary, offsets(), period);
    slack_ = 30 * period / seconds(1);
    for (int minute = 0; minute < 20; ++minute) {
      for (Pod& pod : pods_) pod.requests_a_second = some(10);
      const int event = restarts ? some(9) : 9;
      if (event == 0) restart(pods_[static_cast<std::size_t>(some(2))]);
      if (event == 1) lose_history(static_cast<std::size_t>(some(1)));
      if (event == 2) restart_reading();
      if (event == 3) down_[static_cast<std::size_t>(some(1))] ^= true;
      if (event == 4) pods_[0].gone = !pods_[0].gone;
      if (event == 5) add_pod("n" + std::to_string(minute), kStable, offsets(), period);
      pass(minutes(1), [&](std::size_t) { return static_cast<std::size_t>(some(1)); });
    }
    if (!restarts) {
      slack_ = 20 * (period / seconds(1) + 10);
      expect_nearly_all();
    }
  }
}

}  // namespace
}  // namespace freshet
