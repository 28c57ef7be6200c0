// A core that is lost, damaged or not ours; a stable Revision that is gone.
#include <gtest/gtest.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "controller/model/core.h"
#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

const RevisionName kFirst("checkout-00001");

std::string newer(const Core& core) {
  Json json = core_to_json(core);
  json["v"] = 2;
  return json.dump();
}

std::string damaged(const Core& core) {
  Json json = core_to_json(core);
  json["phase"] = "Dancing";
  return json.dump();
}

TEST(Recovery, TwoServeAndTheMirrorKnowsThemRetreatsToStable) {
  for (const std::string phase : {"Shifting", "Baking"}) {
    PlannerWorld world = world_in(phase);
    world.lose_core();
    const Transition transition = world.pass();
    EXPECT_EQ(world.phase(), "Retreating") << phase;
    EXPECT_EQ(world.traffic(), (Traffic{entry(kFirst, 100)}));
    EXPECT_TRUE(has_fact(transition.facts, "CoreLost"));
    ASSERT_TRUE(world.run_to("Idle"));
    EXPECT_EQ(world.core().stable->name, kFirst);
  }
}

TEST(Recovery, TwoServeAndTheReadablePartKnowsThemRetreatsToStable) {
  for (const auto& text : {newer, damaged}) {
    PlannerWorld world = world_in("Shifting");
    world.damage_core(text(world.core()));
    world.seen.mirror.reset();
    world.pass();
    EXPECT_EQ(world.phase(), "Retreating");
    EXPECT_EQ(world.traffic(), (Traffic{entry(kFirst, 100)}));
  }
}

TEST(Recovery, TwoServeAndNobodyKnowsWhichIsStableHoldsAndAlerts) {
  PlannerWorld world = world_in("Shifting");
  world.damage_core("{}");
  world.seen.mirror.reset();
  world.writes.clear();
  const Transition transition = world.pass();
  EXPECT_TRUE(world.writes.empty());
  EXPECT_EQ(hold_reasons(transition), std::vector<std::string>{"CoreDamaged"});
  EXPECT_TRUE(has_fact(transition.facts, "CoreDamaged"));
  world.command("adopt", "1 --to=checkout-00001");
  world.pass();
  EXPECT_EQ(world.phase(), "Idle");
  EXPECT_EQ(world.core().stable->name, kFirst);
}

TEST(Recovery, OneServesIsAdoptedAfreshWithRejectionsFromTheMirror) {
  for (const bool lost : {true, false}) {
    PlannerWorld world = world_in("Retreating");
    world.programs = true;
    ASSERT_TRUE(world.run_to("Idle"));
    const Core before = world.core();
    ASSERT_EQ(before.rejected.size(), 1u);
    if (lost) world.lose_core();
    if (!lost) world.damage_core("garbage");
    world.tick();
    EXPECT_EQ(world.phase(), "Idle");
    EXPECT_EQ(world.core().rejected, before.rejected);
    EXPECT_GT(world.core().seq, before.seq);
    world.writes.clear();
    for (int i = 0; i < 20; ++i) world.tick(minutes(1));
    EXPECT_TRUE(world.writes.empty()) << "the rejected pair is not rolled out again";
  }
}

// `kubectl replace` of a file that was saved in the middle of a rollout, or a restored backup.
TEST(Recovery, WhatStatusCallsStableIsStableThoughItDoesNotRun) {
  for (const std::string phase : {"Idle", "Preparing"}) {
    PlannerWorld world = world_in(phase);
    world.seen.mirror = world.core();
    world.make_ready(kFirst, Tri::kFalse, "ExitCode7", "crashed");
    world.programs = false;
    world.damage_core("{\"v\":1,");
    world.pass();
    EXPECT_EQ(world.phase(), "Idle") << phase;
    EXPECT_EQ(world.core().stable, world.seen.mirror->stable) << phase;
    EXPECT_EQ(share_of(world.traffic(), kFirst), 100) << phase;
    world.push('e');
    world.tick();
    world.tick();
    EXPECT_EQ(world.phase(), "Preparing") << phase << ": the image that cures it is prepared";
  }
}

TEST(Recovery, AnAnnotationThatSaysPromotedAndNamesNoStableHarmsNothing) {
  PlannerWorld world = world_in("Baking");
  world.seen.mirror = world.core();
  Core edited = world.core();
  ++edited.seq;
  edited.phase = Adopting{};
  edited.stable.reset();
  edited.last = Fact{"Promoted", "by hand", false};
  world.write_core(edited);
  EXPECT_FALSE(world.look().explanation.message.empty());
}

TEST(Recovery, AnOlderCoreThatIsPutBackRetreatsAndNoRejectionIsForgotten) {
  PlannerWorld world = world_in("Shifting");
  const Core saved = world.core();
  const Traffic split = world.traffic();
  world.command("abort", "1 looks wrong");
  ASSERT_TRUE(world.run_to("Idle"));
  const Core before = world.core();
  ASSERT_EQ(before.rejected.size(), 1u);
  world.write_core(saved);
  world.set_traffic(split);
  world.settle();
  const Transition transition = world.pass();
  EXPECT_EQ(world.phase(), "Retreating");
  EXPECT_TRUE(has_fact(transition.facts, "CoreDamaged"));
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.traffic(), (Traffic{entry(kFirst, 100)}));
  EXPECT_EQ(world.core().rejected, before.rejected);
  EXPECT_GT(world.core().seq, before.seq);
  world.writes.clear();
  for (int i = 0; i < 20; ++i) world.tick(minutes(1));
  EXPECT_TRUE(world.writes.empty());
}

// A person gave the candidate everything, Knative collected stable, and a retreat has no way back.
TEST(Recovery, StableThatIsGoneLeavesWhatServesAsStable) {
  for (const std::string phase : {"Retreating", "Shifting"}) {
    PlannerWorld world = world_in(phase);
    const RevisionName other = *world.candidate();
    const std::int64_t before = world.core().seq;
    world.seen.revisions.erase(kFirst);
    world.programs = false;
    world.service().observed_traffic = {entry(other, 100)};
    world.tick(seconds(1));
    EXPECT_EQ(world.core().stable->name, kFirst) << "news may come late";
    world.tick(seconds(40));
    EXPECT_EQ(world.phase(), "Idle") << phase;
    EXPECT_EQ(world.core().stable->name, other);
    EXPECT_EQ(world.traffic(), (Traffic{entry(other, 100)}));
    EXPECT_TRUE(world.core().rejected.empty()) << "stable is never rejected";
    EXPECT_GT(world.core().seq, before);
    EXPECT_TRUE(has_fact(world.facts, "StableGone"));
    EXPECT_EQ(world.seen.memo.history.front().outcome, "Aborted");
  }
}

// Nothing that is asked for can be programmed; a newer image is prepared all the same.
TEST(Recovery, ARetreatBetweenTwoThatDoNotRunEndsAndLetsTheNextImageIn) {
  PlannerWorld world = world_in("Shifting");
  const RevisionName candidate = *world.candidate();
  world.programs = false;
  world.command("abort", "1 a look first");
  world.pass();
  ASSERT_EQ(world.phase(), "Retreating");
  world.make_ready(kFirst, Tri::kFalse, "ExitCode1", "gone");
  world.tick(minutes(1));
  EXPECT_EQ(world.phase(), "Retreating") << "the candidate still answers: a person decides";
  world.make_ready(candidate, Tri::kFalse, "ExitCode1", "gone");
  world.tick(minutes(1));
  EXPECT_EQ(world.phase(), "Idle");
  EXPECT_EQ(world.traffic(), (Traffic{entry(kFirst, 100)}));
  world.push('d');
  world.tick();
  EXPECT_EQ(world.phase(), "Preparing");
}

TEST(Recovery, StableThatIsMadeAnewUnderItsNameIsStableStill) {
  PlannerWorld world = world_in("Idle");
  world.revision(kFirst).uid = Uid("another");
  world.push('b');
  world.tick(minutes(1));
  EXPECT_EQ(world.core().stable->uid, Uid("another"));
  world.tick();
  EXPECT_EQ(world.phase(), "Preparing");
}

TEST(Recovery, ANumberThatStatusWasNotToldOfComesNotAgain) {
  PlannerWorld world = world_in("Shifting");
  world.seen.mirror->seq -= 3;
  const std::int64_t before = world.core().seq;
  world.lose_core();
  world.pass();
  EXPECT_GT(world.core().seq, before);
}

TEST(Recovery, ANumberThatNobodyRemembersComesNotAgain) {
  PlannerWorld world = world_in("Shifting");
  world.service().created = world.now - hours(1);
  const std::int64_t before = world.core().seq;
  world.damage_core("{\"v\":1,\"seq\":");
  world.seen.mirror.reset();
  world.set_traffic({entry(kFirst, 100)});
  world.settle();
  world.pass();
  EXPECT_GT(world.core().seq, before);
  EXPECT_EQ(world.core().seq, 3601);
}

// In Gating the candidate is named at 0 %: not Ready, it keeps the Route from being programmed.
TEST(Recovery, AHoldBesideALostCoreIsToldOnceThoughTheServiceGrowsOlder) {
  PlannerWorld world = world_in("Shifting");
  world.service().created = world.now - hours(1);
  world.damage_core("{}");
  world.seen.mirror.reset();
  world.facts.clear();
  for (int i = 0; i < 10; ++i) world.tick();
  EXPECT_EQ(std::ranges::count(world.facts, "CoreDamaged", &Fact::reason), 1);
}

TEST(Recovery, AnEntryOfOursThatBlocksTheRouteIsTakenBack) {
  PlannerWorld world = world_in("Waiting");
  const RevisionName candidate = *world.candidate();
  world.set_traffic({entry(kFirst, 100), entry(candidate, 0, "freshet")});
  world.settle();
  world.make_ready(candidate, Tri::kFalse, "ExitCode1", "crashed");
  world.service().routes_ready.status = Tri::kFalse;
  world.lose_core();
  world.pass();
  EXPECT_EQ(world.phase(), "Retreating");
  EXPECT_EQ(world.traffic(), (Traffic{entry(kFirst, 100)}));
}

TEST(Recovery, TheModeFoundAtAdoptionIsNotLostWithTheCore) {
  PlannerWorld world = world_in("Idle");
  world.lose_core();
  world.tick();
  ASSERT_EQ(world.phase(), "Idle");
  EXPECT_TRUE(world.core().adopted_latest_revision);
}

TEST(Recovery, ACoreOfANewerReleaseIsLeftAloneUntilRepair) {
  PlannerWorld world = world_in("Idle");
  world.damage_core(newer(world.core()));
  world.push('b');
  world.writes.clear();
  EXPECT_EQ(hold_reasons(world.tick()), std::vector<std::string>{"CoreNewer"});
  EXPECT_TRUE(world.writes.empty());
  world.command("repair", "1");
  world.pass();
  EXPECT_EQ(world.phase(), "Idle");
}

TEST(Recovery, TheCoreOfAnotherServiceIsIgnored) {
  PlannerWorld world = world_in("Shifting");
  world.service().uid = Uid("restored-uid");
  world.set_traffic({entry(kFirst, 100)});
  world.settle();
  const Transition transition = world.pass();
  EXPECT_EQ(world.phase(), "Idle") << "adopted afresh";
  EXPECT_EQ(transition.core->service, Uid("restored-uid"));
  EXPECT_EQ(world.core().seq, 1);
}

}  // namespace
}  // namespace freshet::testing
