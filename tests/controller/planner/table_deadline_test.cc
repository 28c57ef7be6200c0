// What the deadline leads to, row for row.
#include <gtest/gtest.h>

#include "tests/controller/planner/table.h"

namespace freshet::testing {
namespace {

void deadline_with(PlannerWorld& w, WhenInconclusive what) {
  w.seen.tracked.spec.rollout.when_inconclusive = what;
  past_deadline(w);
}

TEST(PlannerTable, Deadline) {
  const auto clean = [](PlannerWorld& w) { deadline_with(w, WhenInconclusive::kPromoteIfClean); };
  check({
      {"PromoteIfClean bakes what nothing speaks against",
       "Shifting",
       clean,
       {"Baking", 90, 1, "", 0, 0}},
      {"PromoteIfClean holds what evidence leans against",
       "Shifting",
       [&](PlannerWorld& w) {
         w.seen.verdict.leaning_against = true;
         clean(w);
       },
       {"Shifting", 5, 0, "Inconclusive", 0, 0}},
      {"PromoteIfClean holds what is suspect",
       "Shifting",
       [&](PlannerWorld& w) {
         w.seen.verdict.rollback_evidence = 3;
         clean(w);
       },
       {"Shifting", 5, 0, "Inconclusive", 0, 0}},
      {"PromoteIfClean holds during an incident of both arms",
       "Shifting",
       [&](PlannerWorld& w) {
         w.seen.verdict.holds = {AnalysisHold::kSharedIncident};
         clean(w);
       },
       {"Shifting", 5, 0, "Inconclusive", 0, 0}},
      {"PromoteIfClean bakes what was judged by users who stick to a Revision",
       "Shifting",
       [&](PlannerWorld& w) {
         w.seen.verdict.holds = {AnalysisHold::kSplitNotRandom};
         clean(w);
       },
       {"Baking", 90, 1, "", 0, 0}},
      {"PromoteIfClean holds what hardly anybody used",
       "Shifting",
       [&](PlannerWorld& w) {
         w.step_requests = 29;
         clean(w);
       },
       {"Shifting", 5, 0, "Inconclusive", 0, 0}},
      {"PromoteIfClean holds what nobody judged",
       "Shifting",
       [&](PlannerWorld& w) {
         w.judged = false;
         clean(w);
       },
       {"Shifting", 5, 0, "Inconclusive", 0, 0}},
      {"Hold holds",
       "Shifting",
       [](PlannerWorld& w) { deadline_with(w, WhenInconclusive::kHold); },
       {"Shifting", 5, 0, "Inconclusive", 0, 0}},
      {"RollBack retreats and rejects",
       "Shifting",
       [](PlannerWorld& w) { deadline_with(w, WhenInconclusive::kRollBack); },
       {"Retreating", 0, 1, "", 1, 0}},
      {"does not count the time of approval",
       "Waiting",
       [](PlannerWorld& w) { deadline_with(w, WhenInconclusive::kRollBack); },
       {"Waiting", 0, 0, "AwaitingApproval", 0, 0}},
      {"there is none for a retreat", "Retreating", past_deadline, {"Retreating", 0, 0, "", 1, 0}},
  });
}

}  // namespace
}  // namespace freshet::testing
