// What the candidate's pods make of a rollout.
#include <gtest/gtest.h>

#include "tests/controller/planner/table.h"

namespace freshet::testing {
namespace {

template <int kPods, int kExitedLate>
void each_exits_once_at_most(PlannerWorld& w) {
  w.seen.candidate_pods = {kPods, kPods, 1, false, false, "exit 137", kExitedLate};
}

TEST(PlannerTable, CandidatesContainersExitOnceInSeveralPods) {
  check({
      {"goes on where each did at its start",
       "Preparing",
       each_exits_once_at_most<3, 0>,
       {"Preparing", 0, 0, "", 0, 0}},
      {"goes on where one of two did",
       "Shifting",
       each_exits_once_at_most<2, 1>,
       {"Shifting", 5, 0, "", 0, 0}},
      {"goes on where the only one did",
       "Shifting",
       each_exits_once_at_most<1, 1>,
       {"Shifting", 5, 0, "", 0, 0}},
      {"goes on where half of many did",
       "Shifting",
       each_exits_once_at_most<30, 15>,
       {"Shifting", 5, 0, "", 0, 0}},
      {"retreats and rejects where most did after they had run for a while",
       "Shifting",
       each_exits_once_at_most<3, 2>,
       {"Retreating", 0, 1, "", 1, 0}},
      {"retreats and rejects where both did",
       "Baking",
       each_exits_once_at_most<2, 2>,
       {"Retreating", 0, 1, "", 1, 0}},
  });
}

TEST(PlannerTable, BothAreScaledToZero) {
  const auto asleep = [](PlannerWorld& w) {
    judged(w, VerdictKind::kContinue);
    w.seen.verdict.holds = {AnalysisHold::kNoTraffic};
    w.seen.verdict.asleep = true;
    w.pass();
    w.now += minutes(10);
  };
  check({
      {"takes no share back", "Shifting", asleep, {"Shifting", 5, 0, "NoTraffic", 0, 0}},
      {"takes no share back, and is no bake",
       "Baking",
       asleep,
       {"Baking", 90, 0, "NoTraffic", 0, 0}},
      {"passes for clean at no deadline",
       "Shifting",
       [&](PlannerWorld& w) {
         w.seen.tracked.spec.rollout.when_inconclusive = WhenInconclusive::kPromoteIfClean;
         asleep(w);
         past_deadline(w);
       },
       {"Shifting", 5, 0, "Inconclusive", 0, 0}},
  });
}

}  // namespace
}  // namespace freshet::testing
