// What happens when a candidate is judged, row for row.
#include <gtest/gtest.h>

#include "tests/controller/planner/table.h"

namespace freshet::testing {
namespace {

// Aborted, and stable does not run; meanwhile the tag names this digest.
template <char named>
void leave_an_endless_retreat(PlannerWorld& w) {
  w.programs = false;
  w.command("abort", "1 a look first");
  w.pass();
  stable_unready(w);
  w.push(named);
  w.command("retry", "2");
  w.pass();
  w.command("promote", "3 --full stable is broken");
}

TEST(PlannerTable, CandidateDoesNotBecomeReady) {
  check({
      {"retreats and defers after readyWithin",
       "Preparing",
       long_in_preparing,
       {"Retreating", 0, 1, "", 0, 1}},
      {"is waited for while a node may still be added for it",
       "Preparing",
       unschedulable_for_a_while,
       {"Preparing", 0, 0, "", 0, 0}},
      {"retreats and defers where no node takes it",
       "Preparing",
       unschedulable,
       {"Retreating", 0, 1, "", 0, 1}},
      {"retreats and defers where the image cannot be pulled",
       "Preparing",
       pull_fails,
       {"Retreating", 0, 1, "", 0, 1}},
  });
}

TEST(PlannerTable, CandidatesContainerExitsTwice) {
  check({
      {"retreats and rejects", "Preparing", exits_twice, {"Retreating", 0, 1, "", 1, 0}},
      {"retreats and rejects", "Waiting", exits_twice, {"Retreating", 0, 1, "", 1, 0}},
      {"retreats and rejects", "Shifting", exits_twice, {"Retreating", 0, 1, "", 1, 0}},
      {"retreats and rejects", "Baking", exits_twice, {"Retreating", 0, 1, "", 1, 0}},
  });
}

TEST(PlannerTable, CandidateIsNotReadyForThirtySeconds) {
  check({
      {"is waited for until readyWithin",
       "Preparing",
       unready_for_long,
       {"Preparing", 0, 0, "", 0, 0}},
      {"is a flap before that",
       "Shifting",
       unready_for_a_moment,
       {"Shifting", 5, 0, "CandidateUnready", 0, 0}},
      {"retreats and defers", "Shifting", unready_for_long, {"Retreating", 0, 1, "", 0, 1}},
      {"retreats and defers", "Baking", unready_for_long, {"Retreating", 0, 1, "", 0, 1}},
  });
}

TEST(PlannerTable, StableIsNotReady) {
  check({
      {"holds", "Idle", stable_unready, {"Idle", 0, 0, "StableUnready", 0, 0}},
      {"holds", "Preparing", stable_unready, {"Preparing", 0, 0, "StableUnready", 0, 0}},
      {"prepares a newer image: it may be the cure",
       "Idle",
       [](PlannerWorld& w) {
         stable_unready(w);
         w.push('b');
       },
       {"Preparing", 0, 1, "", 0, 0}},
      {"accepts promote --full before the first request",
       "Preparing",
       [](PlannerWorld& w) {
         w.make_ready(RevisionName("checkout-00002"), Tri::kTrue);
         stable_unready(w);
         w.command("promote", "1 --full stable is broken");
       },
       {"Idle", 0, 1, "", 0, 0}},
      {"never raises by itself",
       "Shifting",
       [](PlannerWorld& w) {
         stable_unready(w);
         advance_verdict(w);
       },
       {"Shifting", 5, 0, "StableUnready", 0, 0}},
      {"never finishes by itself",
       "Baking",
       [](PlannerWorld& w) {
         stable_unready(w);
         advance_verdict(w);
       },
       {"Baking", 90, 0, "StableUnready", 0, 0}},
      {"accepts promote --full",
       "Shifting",
       [](PlannerWorld& w) {
         stable_unready(w);
         w.command("promote", "1 --full stable is broken");
       },
       {"Idle", 0, 1, "", 0, 0}},
      {"accepts promote --full in a retreat that has no end, once retry took the rejection back",
       "Shifting",
       leave_an_endless_retreat<'b'>,
       {"Idle", 0, 1, "", 0, 0}},
      {"accepts that also once the tag names something newer",
       "Shifting",
       leave_an_endless_retreat<'d'>,
       {"Idle", 0, 1, "", 0, 0}},
      {"cannot be programmed, and is asked for again",
       "Retreating",
       stable_unready,
       {"Retreating", 0, 0, "StableUnready", 1, 0}},
  });
}

TEST(PlannerTable, VerdictRollback) {
  check({
      {"retreats and rejects", "Waiting", rollback_verdict, {"Retreating", 0, 1, "", 1, 0}},
      {"retreats and rejects", "Shifting", rollback_verdict, {"Retreating", 0, 1, "", 1, 0}},
      {"retreats and rejects", "Baking", rollback_verdict, {"Retreating", 0, 1, "", 1, 0}},
      {"retreats before every hold",
       "Shifting",
       [](PlannerWorld& w) {
         w.command("pause", "1 month end");
         w.pass();
         percents(w);
         stable_unready(w);
         tag_gone(w);
         suspend(w);
         w.seen.spec_invalid = true;
         w.seen.others_first = OthersFirst{"Queued", "number 2"};
         rollback_verdict(w);
       },
       {"Retreating", 0, 1, "", 1, 0}},
      {"comes before a promotion in the same pass",
       "Shifting",
       [](PlannerWorld& w) {
         rollback_verdict(w);
         w.command("promote", "1 --full");
       },
       {"Retreating", 0, 1, "", 1, 0}},
      {"about another uid is none",
       "Shifting",
       [](PlannerWorld& w) {
         rollback_verdict(w);
         w.judged = false;
         w.now -= minutes(19);
       },
       {"Shifting", 5, 0, "", 0, 0}},
  });
}

TEST(PlannerTable, VerdictReduceOrBlind) {
  check({
      {"goes back to the first step", "Shifting", reduce_verdict, {"Shifting", 1, 1, "", 0, 0}},
      {"goes back to the last step", "Baking", reduce_verdict, {"Shifting", 50, 1, "", 0, 0}},
      {"blind for five minutes goes back as well", "Shifting", blind, {"Shifting", 1, 1, "", 0, 0}},
      {"blind for five minutes goes back as well", "Baking", blind, {"Shifting", 50, 1, "", 0, 0}},
      {"has nowhere to go from the first step",
       "Shifting",
       [](PlannerWorld& w) {
         reduce_verdict(w);
         w.pass();
         w.settle();
         w.pass();
         w.now += minutes(3);
       },
       {"Shifting", 1, 0, "", 0, 0}},
      {"is said in status while blind",
       "Shifting",
       [](PlannerWorld& w) { w.seen.verdict.holds = {AnalysisHold::kStaleMetrics}; },
       {"Shifting", 5, 0, "StaleMetrics", 0, 0}},
  });
}

// What is bad only with more requests would go up and down for ever.
TEST(Reduced, ForTheThirdTimeACandidateIsRolledBack) {
  PlannerWorld world = world_in("Baking");
  for (int times = 1; times <= 2; ++times) {
    world.verdict = VerdictKind::kReduce;
    ASSERT_TRUE(world.run_to("Shifting")) << times;
    world.verdict = VerdictKind::kPromote;
    ASSERT_TRUE(world.run_to("Baking")) << times;
    world.tick();
  }
  world.verdict = VerdictKind::kReduce;
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_TRUE(has_fact(world.facts, "RolledBack"));
  EXPECT_EQ(world.core().rejected.size(), 1u);
}

TEST(Reduced, OnceItIsNotCleanAtTheDeadline) {
  for (const bool is_reduced : {false, true}) {
    PlannerWorld world = world_in("Shifting");
    world.verdict = is_reduced ? VerdictKind::kReduce : VerdictKind::kContinue;
    world.tick();
    world.verdict = VerdictKind::kContinue;
    for (int i = 0; i < 3; ++i) world.tick();
    world.now += hours(7);
    for (int i = 0; i < 20 && world.phase() == "Shifting"; ++i) world.tick();
    EXPECT_EQ(world.phase() == "Shifting", is_reduced);
  }
}

TEST(PlannerTable, VerdictNoneOrAdvance) {
  check({
      {"none waits",
       "Shifting",
       [](PlannerWorld& w) { w.now += hours(1); },
       {"Shifting", 5, 0, "", 0, 0}},
      {"advance goes on", "Shifting", advance_verdict, {"Shifting", 20, 1, "", 0, 0}},
      {"advance waits for minimumStep",
       "Shifting",
       [](PlannerWorld& w) { w.verdict = VerdictKind::kAdvance; },
       {"Shifting", 5, 0, "", 0, 0}},
      {"advance about another uid is none",
       "Shifting",
       [](PlannerWorld& w) {
         advance_verdict(w);
         w.judged = false;
       },
       {"Shifting", 5, 0, "", 0, 0}},
      {"a bake without a verdict against it ends",
       "Baking",
       [](PlannerWorld& w) { judged(w, VerdictKind::kContinue); },
       {"Idle", 0, 1, "", 0, 0}},
      {"a bake that nothing was read of goes on",
       "Baking",
       [](PlannerWorld& w) {
         judged(w, VerdictKind::kContinue);
         w.seen.verdict.unseen = true;
       },
       {"Baking", 90, 0, "", 0, 0}},
      {"a bake during an incident of both arms goes on",
       "Baking",
       [](PlannerWorld& w) {
         judged(w, VerdictKind::kContinue);
         w.seen.verdict.holds = {AnalysisHold::kSharedIncident};
       },
       {"Baking", 90, 0, "SharedIncident", 0, 0}},
      {"a bake in which nobody asked for anything goes on",
       "Baking",
       [](PlannerWorld& w) {
         judged(w, VerdictKind::kContinue);
         w.step_requests = 0;
       },
       {"Baking", 90, 0, "", 0, 0}},
      {"a bake that nobody judged goes on",
       "Baking",
       [](PlannerWorld& w) {
         judged(w, VerdictKind::kContinue);
         w.judged = false;
       },
       {"Baking", 90, 0, "", 0, 0}},
  });
}

}  // namespace
}  // namespace freshet::testing
