// What happens when the world around a rollout changes, row for row.
#include <gtest/gtest.h>

#include "tests/controller/planner/table.h"

namespace freshet::testing {
namespace {

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
      {"supersedes in any case past the deadline",
       "Shifting",
       [](PlannerWorld& w) {
         past_deadline(w);
         newer_digest(w);
       },
       {"Retreating", 0, 1, "", 0, 0}},
      {"waits for the end of a bake that is longer than the deadline",
       "Baking",
       [](PlannerWorld& w) {
         w.seen.tracked.spec.rollout.bake.duration = hours(24);
         past_deadline(w);
         newer_digest(w);
       },
       {"Baking", 90, 0, "", 0, 0}},
      {"supersedes a bake that has not ended in its time past the deadline",
       "Baking",
       [](PlannerWorld& w) {
         w.judged = false;
         past_deadline(w);
         newer_digest(w);
       },
       {"Retreating", 0, 1, "", 0, 0}},
  });
}

TEST(PlannerTable, EveryFollowedTagNamesStablesDigestAgain) {
  check({
      {"is nothing new", "Idle", stables_digest_again, {"Idle", 0, 0, "", 0, 0}},
      {"withdraws without a rejection",
       "Preparing",
       stables_digest_again,
       {"Retreating", 0, 1, "", 0, 0}},
      {"withdraws without a rejection",
       "Waiting",
       stables_digest_again,
       {"Retreating", 0, 1, "", 0, 0}},
      {"withdraws without a rejection",
       "Shifting",
       stables_digest_again,
       {"Retreating", 0, 1, "", 0, 0}},
      {"withdraws without a rejection",
       "Baking",
       stables_digest_again,
       {"Retreating", 0, 1, "", 0, 0}},
  });
}

TEST(PlannerTable, FollowedTagGone) {
  check({
      {"is a note", "Idle", tag_gone, {"Idle", 0, 0, "", 0, 0}},
      {"holds", "Preparing", tag_gone, {"Preparing", 0, 0, "TagGone", 0, 0}},
      {"holds despite the verdict",
       "Shifting",
       [](PlannerWorld& w) {
         tag_gone(w);
         advance_verdict(w);
       },
       {"Shifting", 5, 0, "TagGone", 0, 0}},
      {"holds the finish",
       "Baking",
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
      {"is nothing to do if it equals stable's",
       "Idle",
       template_edit_that_equals_stable,
       {"Idle", 0, 0, "", 0, 0}},
      {"holds if the pair is rejected",
       "Idle",
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
      {"is adopted as found where one Revision serves",
       "Idle",
       all_to_another,
       {"Idle", 0, 1, "", 0, 0}},
      {"is respected where several serve",
       "Idle",
       [](PlannerWorld& w) {
         all_to_another(w);
         percents(w);
         w.settle();
       },
       {"Adopting", 0, 0, "ForeignEdit", 0, 0}},
      {"holds", "Preparing", percents, {"Preparing", 0, 0, "ForeignEdit", 0, 0}},
      {"holds", "Waiting", percents, {"Waiting", 0, 0, "ForeignEdit", 0, 0}},
      {"holds despite the verdict",
       "Shifting",
       [](PlannerWorld& w) {
         percents(w);
         advance_verdict(w);
       },
       {"Shifting", 5, 0, "ForeignEdit", 0, 0}},
      {"holds", "Baking", percents, {"Baking", 90, 0, "ForeignEdit", 0, 0}},
      {"is written again once", "Retreating", percents, {"Retreating", 0, 1, "", 1, 0}},
      {"holds the second time",
       "Retreating",
       [](PlannerWorld& w) {
         percents(w);
         w.pass();
         percents(w);
       },
       {"Retreating", 0, 0, "ForeignEdit", 1, 0}},
  });
}

TEST(PlannerTable, Suspend) {
  check({
      {"starts nothing new, and says so",
       "Idle",
       suspend_and_push,
       {"Idle", 0, 0, "Suspended", 0, 0}},
      {"finishes", "Shifting", suspend_and_advance, {"Shifting", 20, 1, "", 0, 0}},
      {"finishes", "Baking", suspend_and_advance, {"Idle", 0, 1, "", 0, 0}},
      {"finishes",
       "Retreating",
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
