// A file that asks for latestRevision 100 %, applied again: nobody's wish for an unjudged build.
#include <gtest/gtest.h>

#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

const Traffic kLatestAlone = {TrafficTarget{{}, true, Percent::clamp(100), {}}};

TEST(PinAgain, ThePercentsInForceArePutBackAtOnceAndNothingElseChanges) {
  for (const std::string phase :
       {"Idle", "Preparing", "Waiting", "Shifting", "Baking", "Retreating"}) {
    SCOPED_TRACE(phase);
    PlannerWorld world = world_in(phase);
    const Core before = world.core();
    const Traffic in_force = serving(world.traffic());
    world.set_traffic(kLatestAlone);
    const Transition transition = world.pass();
    EXPECT_EQ(serving(world.traffic()), in_force);
    EXPECT_EQ(world.core().phase, before.phase);
    EXPECT_EQ(world.core().stable, before.stable);
    EXPECT_EQ(world.core().rejected, before.rejected);
    EXPECT_TRUE(has_fact(transition.facts, "PinnedAgain"));
  }
}

// A saved first file: it has neither our annotation nor names in spec.traffic.
TEST(PinAgain, WhereTheFileTookTheCoreAwayTheStableThatStatusRemembersIsPinned) {
  for (const std::string phase : {"Idle", "Shifting", "Baking"}) {
    SCOPED_TRACE(phase);
    PlannerWorld world = world_in(phase);
    const auto stable = world.core().stable;
    world.lose_core();
    world.set_traffic(kLatestAlone);
    world.pass();
    EXPECT_EQ(world.phase(), "Idle");
    EXPECT_EQ(world.core().stable, stable);
    EXPECT_EQ(world.traffic(), (Traffic{entry(stable->name, 100)}));
    EXPECT_TRUE(world.core().adopted_latest_revision);
  }
}

TEST(PinAgain, NotWhereFreshetIsToWriteNothing) {
  PlannerWorld world = world_in("Idle");
  world.seen.tracked.spec.suspend = true;
  world.set_traffic(kLatestAlone);
  world.writes.clear();
  world.pass();
  EXPECT_TRUE(world.writes.empty());
}

TEST(PinAgain, NotWithAStableThatIsNotReady) {
  PlannerWorld world = world_in("Idle");
  world.make_ready(world.core().stable->name, Tri::kFalse, "ExitCode1");
  world.set_traffic(kLatestAlone);
  world.writes.clear();
  world.pass();
  EXPECT_TRUE(world.writes.empty());
}

}  // namespace
}  // namespace freshet::testing
