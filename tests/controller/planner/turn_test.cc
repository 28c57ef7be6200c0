// Turns: what of a wave may begin, and what those read that may not.
#include "controller/planner/turn.h"

#include <gtest/gtest.h>

namespace freshet::planning {
namespace {

const TimePoint kNow = *parse_rfc3339("2026-11-29T02:00:00Z");
const ServiceKey kAsker{"shop", "checkout"};
const ServiceKey kCart{"shop", "cart"};

Wave wave() {
  Wave out;
  out.what = "digest 9c1e4a7b2f30";
  return out;
}

std::string reason_of(const Wave& wave, const WaveLimits& limits = {}) {
  const auto wait = waits_for_wave(wave, kAsker, limits, kNow);
  return wait ? wait->reason : "";
}

TEST(Wave, LetsTheFirstBeginAndTheOthersWaitForIt) {
  Wave first = wave();
  EXPECT_EQ(reason_of(first), "");
  Wave second = wave();
  second.rolling = {{kCart, kNow - minutes(5), ""}};
  EXPECT_EQ(waits_for_wave(second, kAsker, {}, kNow),
            (OthersFirst{"Wave",
                         "for cart in shop, which goes first with digest 9c1e4a7b2f30 since "
                         "2026-11-29T01:55:00Z; its success lets the others go; this one is number "
                         "1 of those that wait, freshet promote checkout -n shop lets it go"}));
}

TEST(Wave, IsOpenOnceEnoughHaveSucceeded) {
  Wave one = wave();
  one.succeeded = 1;
  one.number = 40;
  EXPECT_EQ(reason_of(one), "");
  const WaveLimits two{.first = 2};
  EXPECT_EQ(reason_of(one, two), "Wave") << "one more of the first is free, for number 1";
  one.number = 1;
  EXPECT_EQ(reason_of(one, two), "");
  one.rolling = {{kCart, kNow, ""}};
  EXPECT_EQ(reason_of(one, two), "Wave");
}

TEST(Wave, GoesInTheOrderInWhichServicesCame) {
  Wave second = wave();
  second.number = 2;
  second.head = kCart;
  const auto wait = waits_for_wave(second, kAsker, {}, kNow);
  ASSERT_TRUE(wait);
  EXPECT_EQ(wait->sentence.find("for cart in shop, which goes first"), 0u) << wait->sentence;
}

TEST(Wave, PassesOverAFirstThatTakesTooLong) {
  Wave held = wave();
  held.rolling = {{kCart, kNow - hours(5), "paused by person:alice: month end"}};
  const auto wait = waits_for_wave(held, kAsker, {}, kNow);
  ASSERT_TRUE(wait);
  EXPECT_NE(wait->sentence.find("is held (paused by person:alice: month end; it is passed over at "
                                "2026-11-29T03:00:00Z)"),
            std::string::npos)
      << wait->sentence;
  held.rolling.front().since = kNow - hours(6);
  EXPECT_EQ(reason_of(held), "");
}

TEST(Wave, StopsWhenItsFailuresAreSpentWhoeverHasSucceeded) {
  Wave stopped = wave();
  stopped.succeeded = 7;
  stopped.failed = {{kCart, kNow + hours(1), "errors 5.1 % against 0.2 %"}};
  EXPECT_EQ(
      waits_for_wave(stopped, kAsker, {}, kNow),
      (OthersFirst{
          "FailureBudget",
          "the line is stopped (failure budget: 1 of 1): shop/cart rejected digest 9c1e4a7b2f30 "
          "(errors 5.1 % against 0.2 %); freshet retry cart -n shop takes that back and the line "
          "goes on, freshet promote checkout -n shop lets this one go"}));
  EXPECT_EQ(reason_of(stopped, {.failures = 2}), "");
  stopped.failed.front().until = kNow;
  EXPECT_EQ(reason_of(stopped), "") << "the rejection is over";
}

TEST(Queue, NamesThePlaceAndTheLimitThatIsReached) {
  EXPECT_EQ(queued({3, 40, 50, 50, ""}),
            (OthersFirst{"Queued", "number 3 of 40 in the queue; 50 of 50 rollouts run"}));
  EXPECT_EQ(queued({1, 2, 10, 10, "shop"}).sentence,
            "number 1 of 2 in the queue of namespace shop; 10 of 10 rollouts run there");
}

}  // namespace
}  // namespace freshet::planning
