// What happens when: the planner's event × phase table (planner.md section 4), row for row.
#include <gtest/gtest.h>

#include <ostream>

#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

// What one pass after the event led to.
struct Outcome {
  std::string phase;
  int percent = 0;      // the candidate's share that is asked for now
  int writes = 0;
  std::string hold;     // the first hold that is shown
  int rejected = 0;
  int deferred = 0;
  bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& o) {
  return out << o.phase << " " << o.percent << " %, writes " << o.writes << ", hold '" << o.hold
             << "', rejected " << o.rejected << ", deferred " << o.deferred;
}

struct Row {
  std::string sentence;
  std::string phase;
  std::function<void(PlannerWorld&)> event;
  Outcome expected;
};

Outcome outcome_of(PlannerWorld& world) {
  world.writes.clear();
  const Transition transition = world.pass();
  const auto holds = hold_reasons(transition);
  const Core core = world.core();
  return {std::string(phase_name(transition.core->phase)), candidate_percent(core),
          static_cast<int>(world.writes.size()), holds.empty() ? "" : holds.front(),
          static_cast<int>(core.rejected.size()), static_cast<int>(world.seen.memo.deferred.size())};
}

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    PlannerWorld world = world_in(row.phase);
    ASSERT_EQ(world.phase(), row.phase) << row.sentence;
    row.event(world);
    EXPECT_EQ(outcome_of(world), row.expected) << row.sentence << " (" << row.phase << ")";
  }
}

// Events.
void newer_digest(PlannerWorld& w) { w.push('c'); }
void stables_digest_again(PlannerWorld& w) { w.push('a'); }
void tag_gone(PlannerWorld& w) { w.seen.images.front().not_found_streak = 3; }
void template_edit(PlannerWorld& w) {
  w.edit_template("fast");
  w.settle();
}
void template_edit_that_equals_stable(PlannerWorld& w) {
  w.edit_template("fast");
  w.edit_template("plain");
  w.settle();
}
void percents(PlannerWorld& w) {
  w.set_traffic({entry(w.core().stable->name, 70), entry(RevisionName("checkout-00001"), 0, "old"),
                 entry(RevisionName("checkout-00002"), 30)});
}
void all_to_another(PlannerWorld& w) {
  w.new_revisions = Tri::kTrue;
  w.edit_template("fast");
  w.settle();
  w.set_traffic({entry(RevisionName("checkout-00002"), 100)});
  w.settle();
}
void supersede(PlannerWorld& w) {
  w.seen.tracked.spec.rollout.when_superseded = WhenSuperseded::kSupersede;
  newer_digest(w);
}
void past_deadline(PlannerWorld& w) { w.now += hours(7); }
void long_in_preparing(PlannerWorld& w) { w.now += minutes(11); }
void exits_twice(PlannerWorld& w) { w.seen.candidate_pods = {1, 0, 2, false, false, "exit 7"}; }
void unschedulable(PlannerWorld& w) {
  w.now += seconds(31);
  w.seen.candidate_pods = {1, 0, 0, true, false, "no nodes"};
}
void pull_fails(PlannerWorld& w) {
  w.now += seconds(31);
  w.seen.candidate_pods = {1, 0, 0, false, true, "401"};
}
void unready(PlannerWorld& w, Duration length) {
  w.make_ready(*w.candidate(), Tri::kFalse, "Deploying", "no pods");
  w.pass();
  w.now += length;
}
void unready_for_a_moment(PlannerWorld& w) { unready(w, seconds(29)); }
void unready_for_long(PlannerWorld& w) { unready(w, seconds(30)); }
void stable_unready(PlannerWorld& w) {
  w.make_ready(w.core().stable->name, Tri::kFalse, "ExitCode1", "gone");
}
void judged(PlannerWorld& w, VerdictKind kind) {
  w.verdict = kind;
  w.now += minutes(20);  // past minimumStep and bake.for
}
void rollback_verdict(PlannerWorld& w) { judged(w, VerdictKind::kRollback); }
void reduce_verdict(PlannerWorld& w) { judged(w, VerdictKind::kReduce); }
void advance_verdict(PlannerWorld& w) { judged(w, VerdictKind::kAdvance); }
void blind(PlannerWorld& w) {
  w.seen.verdict.holds = {AnalysisHold::kStaleMetrics};
  w.pass();
  w.now += minutes(5);
}
void suspend(PlannerWorld& w) { w.seen.tracked.spec.suspend = true; }
void suspend_and_push(PlannerWorld& w) {
  suspend(w);
  newer_digest(w);
}
void suspend_and_advance(PlannerWorld& w) {
  suspend(w);
  advance_verdict(w);
}

TEST(PlannerTable, NewConfirmedDigest) {
  check({
      {"starts a rollout", "Idle", newer_digest, {"Preparing", 0, 1, "", 0, 0}},
      {"is remembered only", "Preparing", newer_digest, {"Preparing", 0, 0, "", 0, 0}},
      {"is remembered only", "Waiting", newer_digest, {"Waiting", 0, 0, "AwaitingApproval", 0, 0}},
      {"is remembered only", "Shifting", newer_digest, {"Shifting", 5, 0, "", 0, 0}},
      {"is remembered only", "Baking", newer_digest, {"Baking", 90, 0, "", 0, 0}},
      {"waits for the retreat", "Retreating", newer_digest, {"Retreating", 0, 0, "", 1, 0}},
      {"supersedes at once where asked", "Preparing", supersede, {"Retreating", 0, 1, "", 0, 0}},
      {"supersedes at once where asked", "Waiting", supersede, {"Retreating", 0, 1, "", 0, 0}},
      {"supersedes at once where asked", "Shifting", supersede, {"Retreating", 0, 1, "", 0, 0}},
      {"supersedes at once where asked", "Baking", supersede, {"Retreating", 0, 1, "", 0, 0}},
      {"supersedes in any case past the deadline", "Shifting",
       [](PlannerWorld& w) {
         past_deadline(w);
         newer_digest(w);
       },
       {"Retreating", 0, 1, "", 0, 0}},
  });
}

TEST(PlannerTable, EveryFollowedTagNamesStablesDigestAgain) {
  check({
      {"is nothing new", "Idle", stables_digest_again, {"Idle", 0, 0, "", 0, 0}},
      {"withdraws without a rejection", "Preparing", stables_digest_again,
       {"Retreating", 0, 1, "", 0, 0}},
      {"withdraws without a rejection", "Waiting", stables_digest_again,
       {"Retreating", 0, 1, "", 0, 0}},
      {"withdraws without a rejection", "Shifting", stables_digest_again,
       {"Retreating", 0, 1, "", 0, 0}},
      {"withdraws without a rejection", "Baking", stables_digest_again,
       {"Retreating", 0, 1, "", 0, 0}},
  });
}

TEST(PlannerTable, FollowedTagGone) {
  check({
      {"is a note", "Idle", tag_gone, {"Idle", 0, 0, "", 0, 0}},
      {"holds", "Preparing", tag_gone, {"Preparing", 0, 0, "TagGone", 0, 0}},
      {"holds despite the verdict", "Shifting",
       [](PlannerWorld& w) {
         tag_gone(w);
         advance_verdict(w);
       },
       {"Shifting", 5, 0, "TagGone", 0, 0}},
      {"holds the finish", "Baking",
       [](PlannerWorld& w) {
         tag_gone(w);
         advance_verdict(w);
       },
       {"Baking", 90, 0, "TagGone", 0, 0}},
  });
}

TEST(PlannerTable, PersonEditsTheTemplate) {
  check({
      {"starts a rollout of their pair", "Idle", template_edit, {"Preparing", 0, 1, "", 0, 0}},
      {"is nothing to do if it equals stable's", "Idle", template_edit_that_equals_stable,
       {"Idle", 0, 0, "", 0, 0}},
      {"holds if the pair is rejected", "Idle",
       [](PlannerWorld& w) {
         template_edit(w);
         Core core = w.core();
         Pair pair = core.stable->pair;
         pair.template_hash = "t:fast";
         core.rejected = {{pair, w.now + hours(1), "errors"}};
         w.write_core(core);
       },
       {"Idle", 0, 0, "Rejected", 1, 0}},
      {"is queued", "Preparing", template_edit, {"Preparing", 0, 0, "", 0, 0}},
      {"is queued", "Shifting", template_edit, {"Shifting", 5, 0, "", 0, 0}},
      {"is queued", "Baking", template_edit, {"Baking", 90, 0, "", 0, 0}},
      {"is queued", "Retreating", template_edit, {"Retreating", 0, 0, "", 1, 0}},
  });
}

TEST(PlannerTable, PersonEditsPercents) {
  check({
      {"is adopted as found where one Revision serves", "Idle", all_to_another,
       {"Idle", 0, 1, "", 0, 0}},
      {"is respected where several serve", "Idle",
       [](PlannerWorld& w) {
         all_to_another(w);
         percents(w);
         w.settle();
       },
       {"Adopting", 0, 0, "ForeignEdit", 0, 0}},
      {"holds", "Preparing", percents, {"Preparing", 0, 0, "ForeignEdit", 0, 0}},
      {"holds", "Waiting", percents, {"Waiting", 0, 0, "ForeignEdit", 0, 0}},
      {"holds despite the verdict", "Shifting",
       [](PlannerWorld& w) {
         percents(w);
         advance_verdict(w);
       },
       {"Shifting", 5, 0, "ForeignEdit", 0, 0}},
      {"holds", "Baking", percents, {"Baking", 90, 0, "ForeignEdit", 0, 0}},
      {"is written again once", "Retreating", percents, {"Retreating", 0, 1, "", 1, 0}},
      {"holds the second time", "Retreating",
       [](PlannerWorld& w) {
         percents(w);
         w.pass();
         percents(w);
       },
       {"Retreating", 0, 0, "ForeignEdit", 1, 0}},
  });
}

TEST(PlannerTable, CandidateDoesNotBecomeReady) {
  check({
      {"retreats and defers after readyWithin", "Preparing", long_in_preparing,
       {"Retreating", 0, 1, "", 0, 1}},
      {"retreats and defers where no node takes it", "Preparing", unschedulable,
       {"Retreating", 0, 1, "", 0, 1}},
      {"retreats and defers where the image cannot be pulled", "Preparing", pull_fails,
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
      {"is waited for until readyWithin", "Preparing", unready_for_long,
       {"Preparing", 0, 0, "", 0, 0}},
      {"is a flap before that", "Shifting", unready_for_a_moment,
       {"Shifting", 5, 0, "CandidateUnready", 0, 0}},
      {"retreats and defers", "Shifting", unready_for_long, {"Retreating", 0, 1, "", 0, 1}},
      {"retreats and defers", "Baking", unready_for_long, {"Retreating", 0, 1, "", 0, 1}},
  });
}

TEST(PlannerTable, StableIsNotReady) {
  check({
      {"holds", "Idle", stable_unready, {"Idle", 0, 0, "StableUnready", 0, 0}},
      {"holds", "Preparing", stable_unready, {"Preparing", 0, 0, "StableUnready", 0, 0}},
      {"never raises by itself", "Shifting",
       [](PlannerWorld& w) {
         stable_unready(w);
         advance_verdict(w);
       },
       {"Shifting", 5, 0, "StableUnready", 0, 0}},
      {"never finishes by itself", "Baking",
       [](PlannerWorld& w) {
         stable_unready(w);
         advance_verdict(w);
       },
       {"Baking", 90, 0, "StableUnready", 0, 0}},
      {"accepts promote --full", "Shifting",
       [](PlannerWorld& w) {
         stable_unready(w);
         w.command("promote", "1 --full stable is broken");
       },
       {"Idle", 0, 1, "", 0, 0}},
      {"cannot be programmed, and is asked for again", "Retreating", stable_unready,
       {"Retreating", 0, 0, "StableUnready", 1, 0}},
  });
}

TEST(PlannerTable, VerdictRollback) {
  check({
      {"retreats and rejects", "Waiting", rollback_verdict, {"Retreating", 0, 1, "", 1, 0}},
      {"retreats and rejects", "Shifting", rollback_verdict, {"Retreating", 0, 1, "", 1, 0}},
      {"retreats and rejects", "Baking", rollback_verdict, {"Retreating", 0, 1, "", 1, 0}},
      {"retreats before every hold", "Shifting",
       [](PlannerWorld& w) {
         w.command("pause", "1 month end");
         w.pass();
         percents(w);
         stable_unready(w);
         tag_gone(w);
         suspend(w);
         w.seen.spec_invalid = true;
         w.seen.rollout_slot = false;
         rollback_verdict(w);
       },
       {"Retreating", 0, 1, "", 1, 0}},
      {"comes before a promotion in the same pass", "Shifting",
       [](PlannerWorld& w) {
         rollback_verdict(w);
         w.command("promote", "1 --full");
       },
       {"Retreating", 0, 1, "", 1, 0}},
      {"about another uid is none", "Shifting",
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
      {"blind for five minutes goes back as well", "Shifting", blind,
       {"Shifting", 1, 1, "", 0, 0}},
      {"blind for five minutes goes back as well", "Baking", blind, {"Shifting", 50, 1, "", 0, 0}},
      {"has nowhere to go from the first step", "Shifting",
       [](PlannerWorld& w) {
         reduce_verdict(w);
         w.pass();
         w.settle();
         w.pass();
         w.now += minutes(3);
       },
       {"Shifting", 1, 0, "", 0, 0}},
      {"is said in status while blind", "Shifting",
       [](PlannerWorld& w) { w.seen.verdict.holds = {AnalysisHold::kStaleMetrics}; },
       {"Shifting", 5, 0, "StaleMetrics", 0, 0}},
  });
}

TEST(PlannerTable, VerdictNoneOrAdvance) {
  check({
      {"none waits", "Shifting", [](PlannerWorld& w) { w.now += hours(1); },
       {"Shifting", 5, 0, "", 0, 0}},
      {"advance goes on", "Shifting", advance_verdict, {"Shifting", 20, 1, "", 0, 0}},
      {"advance waits for minimumStep", "Shifting",
       [](PlannerWorld& w) { w.verdict = VerdictKind::kAdvance; }, {"Shifting", 5, 0, "", 0, 0}},
      {"advance about another uid is none", "Shifting",
       [](PlannerWorld& w) {
         advance_verdict(w);
         w.judged = false;
       },
       {"Shifting", 5, 0, "", 0, 0}},
      {"a bake without a verdict against it ends", "Baking",
       [](PlannerWorld& w) { judged(w, VerdictKind::kContinue); }, {"Idle", 0, 1, "", 0, 0}},
      {"a bake that nobody judged goes on", "Baking",
       [](PlannerWorld& w) {
         judged(w, VerdictKind::kContinue);
         w.judged = false;
       },
       {"Baking", 90, 0, "", 0, 0}},
  });
}

void deadline_with(PlannerWorld& w, WhenInconclusive what) {
  w.seen.tracked.spec.rollout.when_inconclusive = what;
  past_deadline(w);
}

TEST(PlannerTable, Deadline) {
  const auto clean = [](PlannerWorld& w) { deadline_with(w, WhenInconclusive::kPromoteIfClean); };
  check({
      {"PromoteIfClean bakes what nothing speaks against", "Shifting", clean,
       {"Baking", 90, 1, "", 0, 0}},
      {"PromoteIfClean holds what evidence leans against", "Shifting",
       [&](PlannerWorld& w) {
         w.seen.verdict.leaning_against = true;
         clean(w);
       },
       {"Shifting", 5, 0, "Inconclusive", 0, 0}},
      {"PromoteIfClean holds what is suspect", "Shifting",
       [&](PlannerWorld& w) {
         w.seen.verdict.rollback_evidence = 3;
         clean(w);
       },
       {"Shifting", 5, 0, "Inconclusive", 0, 0}},
      {"PromoteIfClean holds what nobody judged", "Shifting",
       [&](PlannerWorld& w) {
         w.judged = false;
         clean(w);
       },
       {"Shifting", 5, 0, "Inconclusive", 0, 0}},
      {"Hold holds", "Shifting",
       [](PlannerWorld& w) { deadline_with(w, WhenInconclusive::kHold); },
       {"Shifting", 5, 0, "Inconclusive", 0, 0}},
      {"RollBack retreats and rejects", "Shifting",
       [](PlannerWorld& w) { deadline_with(w, WhenInconclusive::kRollBack); },
       {"Retreating", 0, 1, "", 1, 0}},
      {"does not count the time of approval", "Waiting",
       [](PlannerWorld& w) { deadline_with(w, WhenInconclusive::kRollBack); },
       {"Waiting", 0, 0, "AwaitingApproval", 0, 0}},
      {"there is none for a retreat", "Retreating", past_deadline, {"Retreating", 0, 0, "", 1, 0}},
  });
}

TEST(PlannerTable, Suspend) {
  check({
      {"starts nothing new, and says so", "Idle", suspend_and_push,
       {"Idle", 0, 0, "Suspended", 0, 0}},
      {"finishes", "Shifting", suspend_and_advance, {"Shifting", 20, 1, "", 0, 0}},
      {"finishes", "Baking", suspend_and_advance, {"Idle", 0, 1, "", 0, 0}},
      {"finishes", "Retreating",
       [](PlannerWorld& w) {
         suspend(w);
         w.programs = true;
         w.settle();
       },
       {"Idle", 0, 1, "", 1, 0}},
  });
}

}  // namespace
}  // namespace freshet::testing
