// What must not wait.
#include "controller/runtime/urgency.h"

#include <gtest/gtest.h>

#include "tests/support/planner_world.h"

namespace freshet {
namespace {

using testing::PlannerWorld;
using testing::world_in;

// At the first step, before anything was judged in this pass.
Observation unjudged() {
  PlannerWorld world = world_in("Shifting");
  world.judged = false;
  world.look();
  return world.seen;
}

TEST(Urgency, AVerdictWhoseWriteFailedIsOwedUntilItIsCarriedOut) {
  Observation seen = unjudged();
  const TimePoint now = std::get<Core>(seen.core).since;
  EXPECT_FALSE(owes_retreat(seen, now)) << "it goes well";
  Notes notes;
  notes.verdict.kind = VerdictKind::kRollback;
  notes.evidence.candidate_uid = "of another rollout";
  keep_rollback(seen, notes);
  EXPECT_FALSE(owes_retreat(seen, now));
  notes.evidence.candidate_uid =
      std::get<Shifting>(std::get<Core>(seen.core).phase).rollout.candidate.uid->get();
  keep_rollback(seen, notes);
  EXPECT_TRUE(owes_retreat(seen, now));
}

TEST(Urgency, AnAbortIsOwed) {
  PlannerWorld world = world_in("Shifting");
  world.command("abort", "1 looks wrong");
  world.judged = false;
  world.look();
  EXPECT_TRUE(owes_retreat(world.seen, world.now));
}

TEST(Urgency, UsersAreAtStakeWhileACandidateHasRequestsOrIsTakenBack) {
  EXPECT_FALSE(is_at_stake(std::nullopt));
  EXPECT_FALSE(is_at_stake(world_in("Idle").core()));
  EXPECT_FALSE(is_at_stake(world_in("Preparing").core()));
  EXPECT_TRUE(is_at_stake(world_in("Shifting").core()));
  EXPECT_TRUE(is_at_stake(world_in("Baking").core()));
  EXPECT_TRUE(is_at_stake(world_in("Retreating").core()));
}

}  // namespace
}  // namespace freshet
