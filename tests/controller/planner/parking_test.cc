// A Route that stays as it was while nothing is rolled out: told, and unblocked where users need
// it.
#include <gtest/gtest.h>

#include "controller/planner/parking.h"
#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

const RevisionName kOld("checkout-00000");
const RevisionName kStableBefore("checkout-00001");
using planning::kParkAfter;

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

// What the Route condition says need not be of now: what is Ready blocks nothing.
TEST(Parking, AReadyEntryIsLeftWhereItIsWhateverTheConditionSays) {
  for (const bool is_old : {false, true}) {
    PlannerWorld world = promoted_beside(entry(kStableBefore, 0, "mine"));
    world.programs = false;
    world.service().routes_ready.status = Tri::kFalse;
    world.service().routes_ready.message =
        "The revision name \"checkout-00001\" is taken by a conflicting Revision";
    world.tick();
    if (is_old) world.service().generation += 1;
    world.writes.clear();
    for (int i = 0; i < 5; ++i) world.tick();
    EXPECT_TRUE(world.writes.empty());
  }
}

TEST(Parking, IsLookedAtAgainWhenItIsTime) {
  for (const bool is_newer : {false, true}) {
    PlannerWorld world = promoted_beside(entry(kOld, 0, "mine"));
    if (is_newer) world.push('e');
    const Transition told = world.tick(seconds(1));
    ASSERT_TRUE(told.wake_at);
    EXPECT_LE(*told.wake_at, world.core().since + kParkAfter) << is_newer;
    EXPECT_GT(*told.wake_at, world.now);
  }
}

TEST(Parking, NotWhereAnotherToolHasTheTraffic) {
  PlannerWorld world = promoted_beside(entry(kOld, 0, "mine"));
  world.service().other_managers = {"Flagger"};
  world.writes.clear();
  for (int i = 0; i < 5; ++i) world.tick();
  EXPECT_TRUE(world.writes.empty());
}

// In this phase, programmed; then somebody adds the entry.
PlannerWorld spoiled_in(const std::string& phase) {
  PlannerWorld world = world_in(phase);
  Traffic traffic = world.traffic();
  traffic.push_back(entry(kOld, 0, "mine"));
  world.set_traffic(traffic);
  world.facts.clear();
  world.writes.clear();
  return world;
}

TEST(Parking, AnEntryThatSpoilsTheRouteStopsNeitherTheStepNorTheBake) {
  PlannerWorld world = spoiled_in("Shifting");
  const int step = std::get<Shifting>(world.core().phase).step;
  world.verdict = VerdictKind::kAdvance;
  ASSERT_TRUE(world.run_to("Shifting", step + 1));
  EXPECT_TRUE(world.core().parked.empty());

  PlannerWorld bakes = spoiled_in("Baking");
  ASSERT_TRUE(bakes.run_to("Idle"));
  EXPECT_TRUE(bakes.core().parked.empty());
}

TEST(Parking, AnEntryThatKeepsASplitFromBeingProgrammedIsTakenOutAfterAMinute) {
  for (const char* phase : {"Gating", "Shifting"}) {
    PlannerWorld world = spoiled_in(phase);
    if (std::string_view(phase) == "Shifting") {
      world.verdict = VerdictKind::kAdvance;
      const int step = std::get<Shifting>(world.core().phase).step;
      ASSERT_TRUE(world.run_to("Shifting", step + 1));
      world.verdict = VerdictKind::kContinue;
    }
    const Traffic asked = world.traffic();
    for (int i = 0; i < 11; ++i) world.tick();
    EXPECT_EQ(world.traffic(), asked) << phase;
    for (int i = 0; i < 3; ++i) world.tick();
    EXPECT_EQ(world.core().parked, (Traffic{entry(kOld, 0, "mine")})) << phase;
    EXPECT_FALSE(world.writes.back().urgent);
    EXPECT_EQ(world.phase(), phase);
    world.verdict = VerdictKind::kPromote;
    world.gates_come_to = GateOutcome::kPassed;
    EXPECT_TRUE(world.run_to("Idle")) << phase;
    EXPECT_EQ(world.core().parked, (Traffic{entry(kOld, 0, "mine")})) << phase;
  }
}

TEST(Parking, InARolloutWhatComesBackIsLeftForAPerson) {
  PlannerWorld world = spoiled_in("Gating");
  for (int i = 0; i < 15; ++i) world.tick();
  ASSERT_EQ(world.core().parked.size(), 1u);
  Traffic again = world.traffic();
  again.push_back(entry(kOld, 0, "mine"));
  world.set_traffic(again);
  world.writes.clear();
  Transition told;
  for (int i = 0; i < 30; ++i) told = world.tick();
  EXPECT_TRUE(world.writes.empty());
  EXPECT_EQ(hold_reasons(told), std::vector<std::string>{"RouteNotReady"});
}

TEST(Parking, InARolloutNotWhereAnotherToolHasTheTraffic) {
  PlannerWorld world = spoiled_in("Gating");
  world.service().other_managers = {"Flagger"};
  for (int i = 0; i < 30; ++i) world.tick();
  EXPECT_TRUE(world.writes.empty());
}

// What is programmed late under a hold would raise the candidate's share.
TEST(Parking, UnderAHoldOnlyWhereAShareIsTakenBack) {
  for (const bool takes_back : {false, true}) {
    PlannerWorld world = spoiled_in("Shifting");
    world.command("pause", "1");
    world.service().observed_traffic = {entry(kStableBefore, takes_back ? 50 : 100),
                                        entry(*world.candidate(), takes_back ? 50 : 0)};
    Transition told;
    for (int i = 0; i < 15; ++i) told = world.tick();
    EXPECT_EQ(world.core().parked.size(), takes_back ? 1u : 0u);
    const std::vector<std::string> both = {"Paused", "RouteNotReady"};
    EXPECT_EQ(hold_reasons(told), takes_back ? std::vector<std::string>{"Paused"} : both);
  }
}

TEST(Parking, ASplitThatIsNotProgrammedForAMinuteIsAHold) {
  for (const char* phase : {"Gating", "Shifting", "Baking"}) {
    PlannerWorld world = world_in(phase);
    world.programs = false;
    world.service().observed_traffic = {entry(kStableBefore, 100)};
    world.service().routes_ready = {Tri::kUnknown, "Uninitialized", "Waiting for load balancer",
                                    world.now};
    Transition told = world.tick();
    EXPECT_TRUE(hold_reasons(told).empty()) << phase;
    for (int i = 0; i < 13; ++i) told = world.tick();
    EXPECT_EQ(hold_reasons(told), std::vector<std::string>{"RouteNotReady"}) << phase;
  }
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

TEST(Tag, ThatAPersonHasTakenKeepsRolloutsFromBeginning) {
  PlannerWorld world = world_in("Idle");
  const Traffic theirs = {entry(kStableBefore, 100), entry(kStableBefore, 0, "preview")};
  world.set_traffic(theirs);
  world.seen.tracked.spec.rollout.tag = "preview";
  world.push('b');
  const Transition last = world.tick();
  EXPECT_EQ(hold_reasons(last), std::vector<std::string>{"TagTaken"});
  EXPECT_EQ(world.traffic(), theirs);
}

TEST(Tag, OfARolloutIsKnownWhereItsCoreIsLost) {
  PlannerWorld world = world_in("Shifting");
  world.seen.tracked.spec.rollout.tag = "preview";
  world.tick();
  world.lose_core();
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.traffic(), (Traffic{entry(kStableBefore, 100)}));
  EXPECT_TRUE(world.core().parked.empty());
}

TEST(Tag, OfARolloutIsThatWhichItBeganWith) {
  for (const VerdictKind verdict : {VerdictKind::kPromote, VerdictKind::kRollback}) {
    PlannerWorld world = world_in("Shifting");
    const RevisionName candidate = *world.candidate();
    Traffic traffic = world.traffic();
    traffic.push_back(entry(kStableBefore, 0, "preview"));
    world.set_traffic(traffic);
    world.seen.tracked.spec.rollout.tag = "preview";
    world.tick();
    EXPECT_EQ(world.traffic(), traffic);
    world.verdict = verdict;
    ASSERT_TRUE(world.run_to("Idle"));
    const RevisionName& stable = world.core().stable->name;
    EXPECT_EQ(stable == candidate, verdict == VerdictKind::kPromote);
    EXPECT_EQ(world.traffic(), (Traffic{entry(stable, 100), entry(kStableBefore, 0, "preview")}));
  }
}

}  // namespace
}  // namespace freshet::testing
