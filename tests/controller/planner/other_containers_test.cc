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

// A core of an older release, whose pairs knew nothing of them.
TEST(OtherContainers, AreNoChangeWhereThePairOfStableDoesNotNameThemYet) {
  PlannerWorld world = with_sidecar();
  Core older = world.core();
  older.stable->pair.template_hash = world.service().template_hash;
  world.write_core(older);
  world.writes.clear();
  for (int i = 0; i < 20; ++i) world.tick();
  EXPECT_TRUE(world.writes.empty());
  EXPECT_EQ(world.phase(), "Idle");
}

}  // namespace
}  // namespace freshet::testing
