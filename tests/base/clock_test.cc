// The manual clock moves only when told; the machine's never goes back.
#include "base/clock.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

using namespace std::chrono_literals;

TEST(ManualClock, MovesOnlyWhenTold) {
  ManualClock clock(TimePoint(1s));
  EXPECT_EQ(clock.now(), TimePoint(1s));
  clock.advance(1500ms);
  EXPECT_EQ(clock.now(), TimePoint(2500ms));
  EXPECT_EQ(clock.monotonic(), 2500ms);
  clock.set(TimePoint(9s));
  EXPECT_EQ(clock.now(), TimePoint(9s));
}

TEST(SteadyClock, GoesOnEvenlyWhenTheWallIsSetAnew) {
  struct Wall final : Clock {
    TimePoint now() const override { return TimePoint(elapsed) + set_by; }
    Duration monotonic() const override { return elapsed; }
    Duration elapsed = seconds(7);
    Duration set_by = hours(1000);
  } wall;
  const SteadyClock clock(wall);
  const TimePoint began = clock.now();
  EXPECT_EQ(began, wall.now());
  wall.set_by -= days(1);
  wall.elapsed += seconds(5);
  EXPECT_EQ(clock.now(), began + seconds(5));
  EXPECT_EQ(clock.monotonic(), wall.elapsed);
}

TEST(SystemClock, GoesOnWhileTheThreadSleeps) {
  const SystemClock clock;
  const Duration before = clock.monotonic();
  sleep_for(5ms);
  EXPECT_GE(clock.monotonic() - before, 5ms);
  EXPECT_GT(clock.now(), parse_rfc3339("2024-01-01T00:00:00Z").value());
}

TEST(SystemClock, ASleepEndsWhenItIsToldToStop) {
  const SystemClock clock;
  const Duration before = clock.monotonic();
  sleep_for(1h, clock, [&] { return clock.monotonic() - before >= 5ms; });
  EXPECT_LT(clock.monotonic() - before, 1min);
}

}  // namespace
}  // namespace freshet
