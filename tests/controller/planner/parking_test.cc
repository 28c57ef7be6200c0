// A Route that stays as it was while nothing is rolled out: told, and unblocked where users need
// it.
#include <gtest/gtest.h>

#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

const RevisionName kOld("checkout-00000");

// Promoted by a person, who has an entry of 0 % for a Revision that is not Ready (any more).
PlannerWorld promoted_beside(const TrafficTarget& blocking) {
  PlannerWorld world = world_in("Baking");
  Traffic traffic = world.traffic();
  traffic.push_back(blocking);
  world.set_traffic(traffic);
  world.command("promote", "1 --full");
  world.pass();
  EXPECT_EQ(world.phase(), "Idle");
  return world;
}

TEST(Parking, AnEntryThatKeepsPromotionFromBeingProgrammedIsTakenOut) {
  PlannerWorld world = promoted_beside(entry(kOld, 0, "mine"));
  const RevisionName stable = world.core().stable->name;
  world.tick();
  EXPECT_TRUE(world.core().parked.empty()) << "not before ten seconds";
  world.tick();
  world.tick();
  EXPECT_EQ(world.traffic(), (Traffic{entry(stable, 100)}));
  EXPECT_EQ(world.core().parked, (Traffic{entry(kOld, 0, "mine")}));
  EXPECT_TRUE(has_fact(world.facts, "Parked"));
  world.tick();
  EXPECT_EQ(serving(world.service().observed_traffic), serving(world.traffic()));
}

TEST(Parking, WhereUsersMeetWhatIsAskedForTheEntryStaysAndTheHoldSaysWhatToDo) {
  PlannerWorld world = world_in("Idle");
  Traffic traffic = world.traffic();
  traffic.push_back(entry(kOld, 0, "mine"));
  world.set_traffic(traffic);
  world.writes.clear();
  Transition told = world.tick();
  EXPECT_TRUE(hold_reasons(told).empty()) << "not before a minute";
  for (int i = 0; i < 13; ++i) told = world.tick();
  ASSERT_EQ(hold_reasons(told), std::vector<std::string>{"RouteNotReady"});
  EXPECT_NE(told.explanation.holds.front().message.find(
                "take checkout-00000 0 % #mine out of spec.traffic"),
            std::string::npos)
      << told.explanation.holds.front().message;
  EXPECT_TRUE(world.writes.empty());
  EXPECT_EQ(world.traffic(), traffic);
}

TEST(Parking, ARouteThatStaysAsItWasIsToldWithWhatUsersMeet) {
  PlannerWorld world = world_in("Baking");
  world.programs = false;
  world.command("promote", "1 --full");
  Transition told = world.pass();
  EXPECT_EQ(world.phase(), "Idle");
  for (int i = 0; i < 14; ++i) told = world.tick();
  ASSERT_EQ(hold_reasons(told), std::vector<std::string>{"RouteNotReady"});
  EXPECT_EQ(told.explanation.holds.front().message,
            "Knative has not programmed the newest traffic yet; requests go to checkout-00001 10 "
            "%, checkout-00002 90 %");
}

}  // namespace
}  // namespace freshet::testing
