// Phase, backoff and budgets.
#include "controller/registry/schedule.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "controller/registry/budget.h"
#include "tests/controller/registry/fixture.h"

namespace freshet {
namespace {

using fixture::kNow;

TEST(Schedule, KeepsItsPhaseWhateverTheMoment) {
  const auto first = next_regular("a", minutes(5), kNow);
  EXPECT_GT(first, kNow);
  EXPECT_LE(first, kNow + minutes(5));
  EXPECT_EQ(next_regular("a", minutes(5), first), first + minutes(5));
  EXPECT_EQ(next_regular("a", minutes(5), first + minutes(1)), first + minutes(5));
  EXPECT_EQ(next_regular("a", minutes(5), first - milliseconds(1)), first);
  EXPECT_GT(next_regular("a", milliseconds(0), kNow), kNow);
}

TEST(Schedule, SpreadsTagsOverThePeriod) {
  std::set<std::int64_t> tenths;
  for (int i = 0; i < 200; ++i) {
    const auto wait = next_regular("tag" + std::to_string(i), minutes(5), kNow) - kNow;
    tenths.insert(wait / seconds(30));
  }
  EXPECT_GE(tenths.size(), 10u);
}

TEST(Schedule, BacksOffDoublingUpToABound) {
  const auto wait = [](int failures, Duration every) {
    return next_after_failure("a", every, failures, std::nullopt, kNow) - kNow;
  };
  EXPECT_GE(wait(1, minutes(5)), seconds(12));
  EXPECT_LE(wait(1, minutes(5)), seconds(18));
  EXPECT_GE(wait(3, minutes(5)), seconds(48));
  EXPECT_LE(wait(3, minutes(5)), seconds(72));
  EXPECT_LE(wait(1000, minutes(5)), minutes(12));
  EXPECT_GE(wait(1000, hours(1)), minutes(48));
  EXPECT_LE(wait(1, seconds(1)), milliseconds(1200));
}

TEST(Schedule, WaitsAtLeastAsLongAsTheRegistryAsks) {
  const auto due = next_after_failure("a", minutes(5), 1, minutes(3), kNow);
  EXPECT_GE(due, kNow + minutes(3));
  EXPECT_LE(due, kNow + minutes(3) + seconds(18));
}

TEST(Schedule, NotAllComeBackTheMomentThatTheRegistryAskedFor) {
  std::set<TimePoint> moments;
  for (int i = 0; i < 50; ++i) {
    const std::string name = "tag" + std::to_string(i);
    const auto due = next_after_failure(name, minutes(5), 1, minutes(3), kNow);
    EXPECT_GE(due, kNow + minutes(3)) << name;
    EXPECT_LE(due, kNow + minutes(3) + seconds(18)) << name;
    moments.insert(due);
  }
  EXPECT_GT(moments.size(), 10u);
}

TEST(Schedule, IsDenserAtTimesOfDayAtWhichATagMoved) {
  struct Row {
    const char* what;
    Duration after;  // the move
    Duration every;
    Duration longest;  // until the next check
  };
  const Row rows[] = {
      {"just moved", minutes(0), minutes(20), minutes(5)},
      {"the same time of the next day", days(1) + minutes(10), minutes(20), minutes(5)},
      {"before that time of day", days(3) - minutes(29), minutes(4), minutes(1)},
      {"not sooner than the shortest", minutes(0), seconds(40), seconds(15)},
  };
  Moves moves;
  moves.add(kNow);
  for (const Row& row : rows) {
    const TimePoint now = kNow + row.after;
    EXPECT_GT(next_denser("a", row.every, moves, now), now) << row.what;
    EXPECT_LE(next_denser("a", row.every, moves, now), now + row.longest) << row.what;
  }
  for (const Duration after : {Duration(hours(12)), Duration(days(15))}) {
    const TimePoint now = kNow + after;
    EXPECT_EQ(next_denser("a", minutes(5), moves, now), next_regular("a", minutes(5), now));
  }
  EXPECT_EQ(next_denser("a", minutes(5), Moves{}, kNow), next_regular("a", minutes(5), kNow));
}

TEST(RateLimits, AreReadAsRegistriesSendThem) {
  struct Row {
    HttpHeaders headers;
    std::optional<RateLimit> read;
  };
  const Row rows[] = {
      {{{"ratelimit-limit", "100;w=21600"}, {"ratelimit-remaining", "76;w=21600"}},
       RateLimit{100, 76, hours(6)}},
      {{{"RateLimit-Limit", "60, 60;w=60"},
        {"RateLimit-Remaining", "3"},
        {"RateLimit-Reset", "20"}},
       RateLimit{60, 3, seconds(20)}},
      {{{"RateLimit-Limit", "60;w=99999999"}, {"RateLimit-Remaining", "70"}},
       RateLimit{60, 60, kLongestRateWindow}},
      {{{"RateLimit-Limit", ";w=21600"}, {"RateLimit-Remaining", ";w=21600"}}, std::nullopt},
      {{{"RateLimit-Limit", "0;w=1"}, {"RateLimit-Remaining", "0"}}, std::nullopt},
      {{{"RateLimit-Limit", "100"}, {"RateLimit-Remaining", "5"}}, std::nullopt},
      {{}, std::nullopt},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(rate_limit(row.headers), row.read)
        << (row.headers.empty() ? "" : row.headers[0].value);
  }
}

RegistryFailure failure(RegistryFailureKind kind, std::optional<Duration> wait = {}) {
  return {kind, "head", "", wait};
}

TEST(Budget, LimitsWhatIsInFlightAndPerSecond) {
  RegistryBudget budget;
  for (int i = 0; i < kMaxInFlightPerRegistry; ++i) {
    ASSERT_TRUE(budget.may_start(kNow));
    budget.started();
  }
  EXPECT_FALSE(budget.may_start(kNow));
  for (int i = 0; i < kMaxInFlightPerRegistry; ++i) budget.ended();
  for (int i = 0; i < static_cast<int>(kRequestBurst); ++i) budget.spend(kNow);
  EXPECT_FALSE(budget.may_start(kNow));
  EXPECT_EQ(budget.may_start_at(kNow), kNow + milliseconds(100));
  EXPECT_TRUE(budget.may_start(kNow + milliseconds(100)));
}

TEST(Budget, SpreadsHalfOfTheRestWhereLittleIsLeft) {
  RegistryBudget budget;
  budget.heard({100, 60, hours(1)}, kNow);
  EXPECT_FALSE(budget.is_short(kNow));
  budget.heard({100, 20, hours(1)}, kNow);
  EXPECT_TRUE(budget.is_short(kNow));
  int spent = 0;
  for (TimePoint now = kNow; now < kNow + hours(1); now = budget.may_start_at(now)) {
    if (!budget.may_start(now)) break;
    budget.spend(now);
    ++spent;
  }
  EXPECT_GE(spent, 9);
  EXPECT_LE(spent, 11);
  EXPECT_FALSE(budget.is_short(kNow + hours(1)));
}

TEST(Budget, HalvesRateAndConcurrencyWithEach429AndComesBack) {
  RegistryBudget budget;
  budget.failed(failure(RegistryFailureKind::kRateLimited, seconds(1)), kNow);
  budget.failed(failure(RegistryFailureKind::kRateLimited, seconds(1)), kNow);  // the same moment
  TimePoint now = kNow + minutes(1);
  EXPECT_TRUE(budget.is_short(now));
  for (int i = 0; i < kMaxInFlightPerRegistry / 2; ++i) {
    ASSERT_TRUE(budget.may_start(now));
    budget.started();
  }
  EXPECT_FALSE(budget.may_start(now));
  for (int i = 0; i < static_cast<int>(kRequestBurst); ++i) budget.spend(now);
  EXPECT_EQ(budget.may_start_at(now), now + milliseconds(200));
  now += kSpeedUpAfter;
  budget.reached(now);
  EXPECT_FALSE(budget.is_short(now));
  EXPECT_TRUE(budget.may_start(now));
}

TEST(Budget, PausesTheWholeRegistryAfterA429) {
  RegistryBudget budget;
  budget.failed(failure(RegistryFailureKind::kRateLimited, minutes(2)), kNow);
  EXPECT_FALSE(budget.may_start(kNow + minutes(2) - milliseconds(1)));
  EXPECT_EQ(budget.may_start_at(kNow), kNow + minutes(2));
  EXPECT_TRUE(budget.may_start(kNow + minutes(2)));
}

TEST(Budget, ProbesARegistryThatDoesNotAnswerOneCheckAtATime) {
  RegistryBudget budget;
  for (int i = 0; i < 5; ++i) budget.failed(failure(RegistryFailureKind::kUnreachable), kNow);
  EXPECT_FALSE(budget.may_start(kNow));
  EXPECT_EQ(budget.may_start_at(kNow), kNow + kFirstPause);
  EXPECT_TRUE(budget.may_start(kNow + kFirstPause));
  budget.started();
  EXPECT_FALSE(budget.may_start(kNow + kFirstPause));
  budget.failed(failure(RegistryFailureKind::kUnreachable), kNow + kFirstPause);
  EXPECT_EQ(budget.may_start_at(kNow), kNow + kFirstPause * 3);
  budget.reached(kNow);
  EXPECT_TRUE(budget.may_start(kNow + kFirstPause * 3));
}

}  // namespace
}  // namespace freshet
