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
  notes.judged->verdict.kind = VerdictKind::kRollback;
  notes.judged->evidence.candidate_uid = "of another rollout";
  keep_rollback(seen, notes);
  EXPECT_FALSE(owes_retreat(seen, now));
  notes.judged->evidence.candidate_uid =
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
  EXPECT_EQ(priority_of(std::nullopt), Priority::kRest);
  EXPECT_EQ(priority_of(world_in("Idle").core()), Priority::kRest);
  EXPECT_EQ(priority_of(world_in("Preparing").core()), Priority::kActive);
  EXPECT_EQ(priority_of(world_in("Shifting").core()), Priority::kAtStake);
  EXPECT_EQ(priority_of(world_in("Baking").core()), Priority::kAtStake);
  EXPECT_EQ(priority_of(world_in("Retreating").core()), Priority::kAtStake);
}

TEST(Urgency, AbortAndRollbackAskForARetreatAndOtherCommandsDoNot) {
  EXPECT_TRUE(asks_for_retreat({{"freshet.dev/abort", "1"}}));
  EXPECT_TRUE(asks_for_retreat({{"freshet.dev/rollback", "1"}}));
  EXPECT_FALSE(asks_for_retreat({{"freshet.dev/promote", "1"}, {"owner", "abort"}}));
}

}  // namespace
}  // namespace freshet
