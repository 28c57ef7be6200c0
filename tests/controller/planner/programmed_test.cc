// When Knative counts as having done what was written.
#include <gtest/gtest.h>

#include "controller/planner/look.h"
#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

struct DoneRow {
  const char* sentence;
  std::int64_t observed;
  Tri routes;
  Traffic shown;
  bool is_done;
};
class Splits : public ::testing::TestWithParam<DoneRow> {};
TEST_P(Splits, AreDoneOnlyWhenProgrammed) {
  ServiceView view;
  view.generation = 3;
  view.observed_generation = GetParam().observed;
  view.routes_ready.status = GetParam().routes;
  view.observed_traffic = GetParam().shown;
  view.ready.status = Tri::kFalse;  // says nothing about the Route
  view.traffic = {entry(RevisionName("a-1"), 95), entry(RevisionName("a-2"), 5, "freshet")};
  EXPECT_EQ(planning::is_settled(view), GetParam().is_done);
}

const Traffic kWritten = {entry(RevisionName("a-1"), 95), entry(RevisionName("a-2"), 5)};
const Traffic kBefore = {entry(RevisionName("a-1"), 100)};
INSTANTIATE_TEST_SUITE_P(
    Of, Splits,
    ::testing::Values(DoneRow{"Programmed", 3, Tri::kTrue, kWritten, true},
                      DoneRow{"NotLookedAtYet", 2, Tri::kTrue, kWritten, false},
                      DoneRow{"ShownOnly", 3, Tri::kUnknown, kWritten, false},
                      DoneRow{"StillTheOldOne", 3, Tri::kTrue, kBefore, false}),
    [](const auto& row) { return std::string(row.param.sentence); });

}  // namespace
}  // namespace freshet::testing
