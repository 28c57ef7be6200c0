// Images of containers that are not followed: a change of them is a change of the template.
#include <gtest/gtest.h>

#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

PlannerWorld with_sidecar() {
  return world_in("Idle", [](PlannerWorld& world) { world.edit_sidecar("r.io/proxy:1.2"); });
}

TEST(OtherContainers, AnotherImageOfOneIsRolledOut) {
  PlannerWorld world = with_sidecar();
  world.edit_sidecar("r.io/proxy:1.3");
  ASSERT_TRUE(world.run_to("Shifting"));
  EXPECT_EQ(active_rollout(world.core().phase)->candidate.why, CandidateWhy::kTemplate);
  world.verdict = VerdictKind::kPromote;
  EXPECT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.core().stable->name, RevisionName("checkout-00003"));
}

TEST(OtherContainers, ABadImageOfOneIsTakenBackAndCondemnsNoDigest) {
  PlannerWorld world = with_sidecar();
  const std::string before = world.service().template_json;
  world.edit_sidecar("r.io/proxy:1.3");
  ASSERT_TRUE(world.run_to("Shifting"));
  world.verdict = VerdictKind::kRollback;
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.service().images.at(ContainerName("proxy")), "r.io/proxy:1.2");
  world.verdict = VerdictKind::kPromote;
  world.push('b');
  ASSERT_TRUE(world.run_to("Shifting"));
  EXPECT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.core().stable->pair.digests.begin()->second, digest_of('b'));
}

// Of an older release, whose pairs knew nothing of them.
Pair older(Pair pair) {
  pair.others.clear();
  return pair;
}

TEST(OtherContainers, AreNoChangeWhereThePairOfStableDoesNotNameThemYet) {
  PlannerWorld world = with_sidecar();
  Core core = world.core();
  EXPECT_FALSE(core.stable->pair.others.empty());
  core.stable->pair = older(core.stable->pair);
  world.write_core(core);
  world.writes.clear();
  for (int i = 0; i < 20; ++i) world.tick();
  EXPECT_TRUE(world.writes.empty());
  EXPECT_EQ(world.phase(), "Idle");
}

TEST(OtherContainers, WhatAnOlderReleaseRejectedStaysSo) {
  PlannerWorld world = with_sidecar();
  Core core = world.core();
  Pair bad = older(core.stable->pair);
  bad.digests.begin()->second = digest_of('b');
  core.rejected.push_back({bad, world.now + hours(1), "it was bad", core.seq});
  world.write_core(core);
  world.writes.clear();
  world.push('b');
  Transition last;
  for (int i = 0; i < 20; ++i) last = world.tick();
  EXPECT_TRUE(world.writes.empty());
  EXPECT_EQ(hold_reasons(last), std::vector<std::string>{"Rejected"});
}

TEST(OtherContainers, ARolloutThatAnOlderReleaseBeganIsTakenBackForGood) {
  PlannerWorld world = with_sidecar();
  world.push('b');
  ASSERT_TRUE(world.run_to("Shifting"));
  Core core = world.core();
  auto& shifting = std::get<Shifting>(core.phase);
  shifting.rollout.candidate.pair = older(shifting.rollout.candidate.pair);
  core.stable->pair = older(core.stable->pair);
  world.write_core(core);
  world.command("abort", "1");
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_NE(world.service().containers.front().image.find(digest_of('a').get()), std::string::npos);
  world.writes.clear();
  for (int i = 0; i < 20; ++i) world.tick();
  EXPECT_TRUE(world.writes.empty());
}

TEST(OtherContainers, ALabelThatAPersonPutsOnARevisionIsNoChange) {
  PlannerWorld world = with_sidecar();
  world.push('b');
  ASSERT_TRUE(world.run_to("Shifting"));
  world.command("promote", "1 --full");
  ASSERT_TRUE(world.run_to("Idle"));
  world.revision(world.core().stable->name).template_hash = "t:labelled";
  world.push('c');
  EXPECT_TRUE(world.run_to("Shifting"));
}

}  // namespace
}  // namespace freshet::testing
