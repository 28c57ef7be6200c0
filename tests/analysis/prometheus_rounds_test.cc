// Rounds: who is asked for together, what happens to what was refused, whose turn it is.
#include "analysis/prometheus_rounds.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <algorithm>
#include <functional>

namespace freshet {
namespace {

const TimePoint kNow{hours(500'000)};
constexpr Duration kTick = seconds(10);
const Error kTooMuch = make_error(ErrorKind::kRefused, "too much");

CountsWish wish_of(int i, Duration window = seconds(45)) {
  const std::string name = fmt::format("s{:03}", i);
  return {name,
          find_dialect("pod labels"),
          {{"shop", name + "-2"}, {"shop", name + "-1"}},
          kNow - window,
          {"freshet", "freshet-" + name + ".example.com"},
          std::vector<double>{0.1}};
}
std::vector<CountsWish> wishes(int count) {
  std::vector<CountsWish> out;
  for (int i = 0; i < count; ++i) out.push_back(wish_of(i));
  return out;
}

SeriesByRevision series_of(const CountsQuestion& question, std::size_t counters = 1) {
  SeriesByRevision out;
  for (const RevisionKey& key : question.revisions) {
    out[key] = {{key.revision + "-pod", std::vector<PodCounter>(counters), {}}};
  }
  return out;
}

// A server that refuses replies beyond a bound; counts the questions.
struct Server {
  std::size_t bytes_a_revision = 20'000;
  std::size_t bound = kMaxReplyBytes;
  int questions = 0;
  std::size_t largest = 0;

  void answer_all(CountsRound& round) {
    while (const auto next = round.next()) {
      ++questions;
      const std::size_t bytes = next->question.revisions.size() * bytes_a_revision;
      if (bytes > bound) {
        round.take(kTooMuch, 0);
        continue;
      }
      largest = std::max(largest, bytes);
      round.take(series_of(next->question), bytes);
    }
  }
};

TEST(CountsRound, AsksForAllThatShareDialectAndTagInOneQuestion) {
  ReplyWeights weights;
  std::vector<CountsWish> all = wishes(3);
  all[1].bounds = std::vector<double>{0.25};
  CountsRound round(all, kNow, weights);
  const auto next = round.next();
  ASSERT_TRUE(next);
  EXPECT_EQ(next->dialect, find_dialect("pod labels"));
  EXPECT_EQ(next->question.revisions.size(), 6U);
  EXPECT_EQ(next->question.window, seconds(45));
  EXPECT_EQ(next->question.left_out, (TagRequests{"freshet", ""}));
  EXPECT_EQ(next->question.more_hosts.size(), 3U) << "each one's own";
  EXPECT_EQ(next->question.bounds, (std::vector<double>{0.1, 0.25}));
  round.take(series_of(next->question), 1000);
  EXPECT_FALSE(round.next());
  for (const CountsWish& wish : all) {
    const auto& answer = round.answers().at(wish.who);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->size(), 2U);
    EXPECT_TRUE(answer->contains(wish.revisions.front())) << "its own Revisions and no others";
  }
}

TEST(CountsRound, EachDialectTagAndLengthOfWindowHasAQuestionOfItsOwn) {
  ReplyWeights weights;
  std::vector<CountsWish> all = wishes(6);
  all[1].dialect = find_dialect("OpenCensus");
  all[2].left_out.tag = "candidate";
  all[3] = wish_of(3, minutes(5));
  all[4] = wish_of(4, seconds(80));
  CountsRound round(all, kNow, weights);
  std::vector<std::size_t> sizes;
  std::vector<Duration> windows;
  while (const auto next = round.next()) {
    sizes.push_back(next->question.revisions.size());
    windows.push_back(next->question.window);
    round.take(series_of(next->question), 1000);
  }
  std::ranges::sort(sizes);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{2, 2, 2, 6}));
  EXPECT_EQ(std::ranges::count(windows, minutes(5)), 1);
  EXPECT_EQ(round.answers().size(), 6U);
}

TEST(CountsRound, LearnsWhatRepliesWeighAndFillsThemToTheAim) {
  ReplyWeights weights;
  Server server;
  for (int i = 0; i < 3; ++i) {
    CountsRound round(wishes(500), kNow, weights);
    server = {};
    server.answer_all(round);
    EXPECT_EQ(round.answers().size(), 500U);
  }
  EXPECT_LE(server.largest, kAimedReplyBytes);
  EXPECT_GE(server.largest, kAimedReplyBytes * 9 / 10);
  EXPECT_EQ(server.questions, 4) << "20 MB in replies of 5 MiB";
}

TEST(CountsRound, ExpectsMoreOfALongerWindowThanItHasSeen) {
  ReplyWeights weights;
  EXPECT_EQ(weights.expected("a", minutes(5)), kUnknownReplyBytes);
  weights.learn("a", 10'000, seconds(60));
  EXPECT_EQ(weights.expected("a", seconds(30)), 10'000U);
  EXPECT_EQ(weights.expected("a", minutes(5)), 50'000U);
}

TEST(CountsRound, WhatIsRefusedIsHalvedUntilItFitsAndNobodyIsLost) {
  ReplyWeights weights;
  Server server;
  server.bytes_a_revision = 200'000;  // far more than is expected of one at first
  CountsRound round(wishes(100), kNow, weights);
  server.answer_all(round);
  EXPECT_EQ(round.answers().size(), 100U);
  for (const auto& [who, answer] : round.answers()) EXPECT_TRUE(answer) << who;
  server.questions = 0;
  CountsRound again(wishes(100), kNow, weights);
  server.answer_all(again);
  EXPECT_LE(server.largest, kMaxReplyBytes);
  EXPECT_LE(server.questions, 100 * 400'000 / static_cast<int>(weights.aim()) + 2);
}

TEST(CountsRound, AServerThatAllowsLessThanWeIsAskedForLessAndForMoreLaterOn) {
  ReplyWeights weights;
  Server server;
  server.bound = 1'000'000;
  int refused_later = 0;
  for (int i = 0; i < 60; ++i) {
    CountsRound round(wishes(100), kNow, weights);
    server.questions = 0;
    server.answer_all(round);
    for (const auto& [who, answer] : round.answers()) EXPECT_TRUE(answer) << who;
    if (i >= 10) refused_later += server.questions > 10 ? 1 : 0;
  }
  EXPECT_LE(refused_later, 20);
  server.bound = kMaxReplyBytes;
  for (int i = 0; i < 40; ++i) weights.next_round(wishes(100));
  EXPECT_EQ(weights.aim(), kAimedReplyBytes);
}

TEST(CountsRound, OneThatIsTooMuchByItselfIsAnErrorOfItsOwnOnly) {
  ReplyWeights weights;
  CountsRound round(wishes(8), kNow, weights);
  while (const auto next = round.next()) {
    const bool has =
        std::ranges::count(next->question.revisions, RevisionKey{"shop", "s003-1"}) > 0;
    if (has) {
      round.take(kTooMuch, 0);
    } else {
      round.take(series_of(next->question), 1000);
    }
  }
  for (const auto& [who, answer] : round.answers()) EXPECT_EQ(answer.has_value(), who != "s003");
  EXPECT_EQ(round.answers().at("s003").error(), kTooMuch);
}

TEST(CountsRound, AFailedGroupIsAnErrorForItsCanariesOnlyUnlessTheServerHangs) {
  for (const ErrorKind kind : {ErrorKind::kTransient, ErrorKind::kTimeout}) {
    ReplyWeights weights;
    std::vector<CountsWish> all = wishes(4);
    all[0].left_out.tag = "a";
    CountsRound round(all, kNow, weights);
    int questions = 0;
    while (const auto next = round.next()) {
      ++questions;
      if (questions == 1) {
        round.take(make_error(kind, "no"), 0);
      } else {
        round.take(series_of(next->question), 1000);
      }
    }
    EXPECT_EQ(questions, kind == ErrorKind::kTimeout ? 1 : 2);
    for (const auto& [who, answer] : round.answers()) {
      EXPECT_EQ(answer.has_value(), kind == ErrorKind::kTransient && who != "s000") << who;
    }
    EXPECT_EQ(round.answers().size(), 4U);
  }
}

class Board : public ::testing::Test {
 protected:
  void wish(int i, Duration window = seconds(45)) {
    CountsWish wanted = wish_of(i);
    wanted.since = now_ - window;
    board_.wish(wanted, now_);
  }
  // One look: takes its answer, or has a round asked for; returns how many were asked for.
  std::size_t look(int i) {
    wish(i);
    const std::string who = wish_of(i).who;
    if (board_.take(who, now_)) return 0;
    const std::vector<CountsWish> due = board_.due(who, now_);
    for (const CountsWish& asked : due) board_.put(asked, MetricsReply{}, now_);
    EXPECT_TRUE(board_.take(who, now_));
    return due.size();
  }

  TimePoint now_ = kNow;
  CountsBoard board_{kTick};
};

TEST_F(Board, TheFirstLookOfATickAsksForAllAndTheOthersFindTheirAnswers) {
  for (int i = 0; i < 10; ++i) wish(i);
  for (int tick = 0; tick < 5; ++tick) {
    EXPECT_EQ(look(0), 10U) << tick;
    for (int i = 1; i < 10; ++i) {
      now_ += seconds(1);
      EXPECT_EQ(look(i), 0U) << tick << " " << i;
    }
    now_ += seconds(1);
  }
}

TEST_F(Board, AnAnswerIsTakenOnceAndIsNeverOlderThanATick) {
  wish(0);
  wish(1);
  EXPECT_EQ(look(0), 2U);
  EXPECT_FALSE(board_.take("s000", now_));
  now_ += kTick;
  EXPECT_FALSE(board_.take("s001", now_));
}

TEST_F(Board, OneThatComesBetweenAsksForItselfAlone) {
  wish(0);
  wish(1);
  EXPECT_EQ(look(0), 2U);
  now_ += seconds(2);
  EXPECT_EQ(look(7), 1U);
  now_ += seconds(8);
  EXPECT_EQ(look(0), 3U) << "from then on with the others";
}

TEST_F(Board, AnAnswerToAnotherQuestionIsNoAnswer) {
  wish(0);
  const CountsWish asked = wish_of(0);
  const std::vector<std::function<void(CountsWish&)>> changes = {
      [](CountsWish& w) { w.since -= seconds(1); },
      [](CountsWish& w) { w.bounds = std::vector<double>{0.5}; },
      [](CountsWish& w) { w.dialect = find_dialect("OpenCensus"); },
      [](CountsWish& w) { w.revisions.pop_back(); },
      [](CountsWish& w) { w.left_out.host = "other"; },
  };
  for (const auto& change : changes) {
    CountsWish other = asked;
    change(other);
    board_.put(asked, MetricsReply{}, now_);
    board_.wish(other, now_);
    EXPECT_FALSE(board_.take("s000", now_));
  }
  CountsWish less = asked;
  less.since += seconds(20);
  board_.wish(less, now_);
  EXPECT_TRUE(board_.take("s000", now_)) << "an answer that reaches further back says it all";
}

TEST_F(Board, WhoNoLongerLooksIsNoLongerAskedFor) {
  wish(0);
  wish(1);
  for (int tick = 0; tick < 4; ++tick) {
    look(0);
    now_ += kTick;
  }
  EXPECT_EQ(look(0), 1U);
}

}  // namespace
}  // namespace freshet
