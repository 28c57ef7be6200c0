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
  budget.reached();
  EXPECT_TRUE(budget.may_start(kNow + kFirstPause * 3));
}

}  // namespace
}  // namespace freshet
