// A person names the Revision that is stable from now on.
#include <gtest/gtest.h>

#include "controller/planner/permission.h"
#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

const RevisionName kStable("checkout-00001");

PlannerWorld edited_in_a_stop(int percent) {
  PlannerWorld world = world_in("Shifting");
  Policy stop;
  stop.title = "ClusterRolloutPolicy stop";
  stop.stop = true;
  world.seen.policies = {stop};
  world.set_traffic({entry(kStable, 100 - percent), entry(*world.candidate(), percent)});
  world.pass();
  return world;
}

TEST(Adopt, OfACandidateIsAPromotionAndWaitsForPoliciesAsThatDoes) {
  PlannerWorld world = edited_in_a_stop(50);
  const Traffic theirs = world.traffic();
  world.command("adopt", "1 --to=" + world.candidate()->get());
  world.pass();
  EXPECT_EQ(world.traffic(), theirs);
  EXPECT_EQ(world.phase(), "Shifting");
  EXPECT_NE(world.seen.memo.answers.front().sentence.find("stops all rollouts"), std::string::npos);
}

TEST(Adopt, OfACandidateThatHasAllRequestsByHandRaisesNothing) {
  PlannerWorld world = edited_in_a_stop(100);
  const RevisionName candidate = *world.candidate();
  world.command("adopt", "1 --to=" + candidate.get());
  world.pass();
  EXPECT_EQ(world.phase(), "Idle");
  EXPECT_EQ(world.core().stable->name, candidate);
}

TEST(Adopt, OfStableIsNoPromotion) {
  PlannerWorld world = edited_in_a_stop(50);
  world.command("adopt", "1 --to=" + kStable.get());
  world.pass();
  EXPECT_EQ(world.phase(), "Idle");
  EXPECT_EQ(world.traffic(), (Traffic{entry(kStable, 100)}));
}

}  // namespace
}  // namespace freshet::testing
