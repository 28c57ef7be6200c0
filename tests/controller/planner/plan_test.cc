// Which steps a rollout takes at the traffic there is.
#include "controller/planner/plan.h"

#include <gtest/gtest.h>

namespace freshet::planning {
namespace {

TEST(Plan, LeavesOutStepsThatWouldTakeLongerThanASixthOfTheDeadline) {
  struct Row {
    const char* name;
    std::optional<double> per_second;
    std::vector<int> plan;
  };
  const Row rows[] = {
      {"traffic that is not known takes all", std::nullopt, {1, 5, 20, 50}},
      {"a thousand a second takes all", 1000, {1, 5, 20, 50}},
      {"ten a second takes all", 10, {1, 5, 20, 50}},
      {"one a second takes all: early steps may do less harm, and need less", 1, {1, 5, 20, 50}},
      {"one in two seconds leaves out what would take hours", 0.5, {20, 50}},
      {"one a minute has the last step alone", 1.0 / 60, {50}},
  };
  for (const Row& row : rows) {
    const TrackedServiceSpec spec;
    EXPECT_EQ(merge_plan(spec, spec.rollout.steps, row.per_second), row.plan) << row.name;
  }
}

TEST(Plan, GoesByTheMarginThatTheUserWrote) {
  TrackedServiceSpec spec;
  spec.analysis.errors.margins = MarginPair{{1.25, 0.001}, {1.5, 0.002}};
  EXPECT_EQ(merge_plan(spec, spec.rollout.steps, 1), (std::vector<int>{50}));
  spec.analysis.mode = AnalysisMode::kReadinessOnly;
  EXPECT_EQ(merge_plan(spec, spec.rollout.steps, 1), spec.rollout.steps);
}

}  // namespace
}  // namespace freshet::planning
