// A TrackedService or Service that goes; adoption.
#include <gtest/gtest.h>

#include "controller/model/core.h"
#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

const RevisionName kFirst("checkout-00001");

TEST(Leaving, AServiceThatIsGoneLetsGoOfTheFinalizer) {
  for (const bool terminating : {true, false}) {
    PlannerWorld world = world_in("Shifting");
    if (terminating) world.service().deleting = true;
    if (!terminating) world.seen.service.reset();
    const Transition transition = step(world.seen, world.now);
    EXPECT_FALSE(transition.write);
    EXPECT_FALSE(transition.core);
    EXPECT_EQ(transition.finalizer, FinalizerChange::kRemove);
    EXPECT_EQ(transition.explanation.not_ready_reason, "ServiceNotFound");
  }
}

TEST(Leaving, ARecreatedServiceLetsGoOfTheFinalizerUntilItIsPinned) {
  PlannerWorld world = world_in("Idle");
  world.service().uid = Uid("another");
  world.service().routes_ready.status = Tri::kUnknown;
  world.lose_core();
  EXPECT_EQ(world.look().finalizer, FinalizerChange::kRemove);
}

TEST(Leaving, FromEveryPhaseEndsWithoutAnnotationAndWithTheModeFoundAtAdoption) {
  for (const std::string phase : {"Idle", "Preparing", "Waiting", "Shifting", "Baking"}) {
    PlannerWorld world = world_in(phase);
    world.new_revisions = Tri::kTrue;
    world.seen.tracked.deleting = true;
    for (int i = 0; i < 60 && !world.seen.tracked.finalizers.empty(); ++i) world.tick();
    EXPECT_TRUE(world.seen.tracked.finalizers.empty()) << phase;
    EXPECT_EQ(world.phase(), "") << phase;
    EXPECT_EQ(world.traffic(), (Traffic{{{}, true, Percent::clamp(100), {}}})) << phase;
    EXPECT_TRUE(has_fact(world.facts, "Left")) << phase;
  }
}

TEST(Leaving, WaitsForTheRevisionOfTheRevertThatKnativeHasNotMadeYet) {
  PlannerWorld world = world_in("Shifting");
  world.seen.tracked.deleting = true;
  ASSERT_TRUE(world.run_to("Idle"));
  world.service().observed_generation = world.service().generation;  // the Configuration lags
  const std::size_t writes = world.writes.size();
  world.pass();
  EXPECT_EQ(world.writes.size(), writes);
  for (int i = 0; i < 5; ++i) world.tick();
  EXPECT_EQ(world.traffic(), (Traffic{{{}, true, Percent::clamp(100), {}}}));
}

TEST(Leaving, StaysPinnedWhereTheLatestIsNotStablesPair) {
  PlannerWorld world = world_in("Idle");
  world.seen.tracked.spec.suspend = true;
  world.edit_template("fast");
  world.tick();
  world.seen.tracked.deleting = true;
  world.tick(minutes(2));
  EXPECT_EQ(world.traffic(), (Traffic{entry(kFirst, 100)}));
  world.tick();
  EXPECT_TRUE(world.seen.tracked.finalizers.empty());
}

TEST(Leaving, APersonsPercentsAreLeftAsTheyAre) {
  PlannerWorld world = world_in("Idle");
  world.edit_template("fast");
  world.settle();
  const Traffic theirs = {entry(kFirst, 50), entry(RevisionName("checkout-00002"), 50)};
  world.set_traffic(theirs);
  world.seen.tracked.deleting = true;
  for (int i = 0; i < 30; ++i) world.tick();
  EXPECT_EQ(world.traffic(), theirs);
  EXPECT_TRUE(world.seen.tracked.finalizers.empty());
}

TEST(Leaving, WithoutACoreOfOursOnlyLetsGo) {
  PlannerWorld world;
  world.seen.tracked.deleting = true;
  world.seen.tracked.finalizers = {std::string(kFinalizer)};
  const Transition transition = world.look();
  EXPECT_FALSE(transition.write);
  EXPECT_EQ(transition.finalizer, FinalizerChange::kRemove);
}

struct AdoptionRow {
  std::string reason;
  std::function<void(PlannerWorld&)> found;
};

TEST(Adoption, WritesNothingUntilEveryCheckPassesAndSaysWhichDoesNot) {
  const std::vector<AdoptionRow> rows = {
      {"ManagedByFlagger", [](PlannerWorld& w) { w.service().other_managers = {"Flagger"}; }},
      {"ManagedByGitOps", [](PlannerWorld& w) { w.service().other_managers = {"Argo CD"}; }},
      {"InvalidSpec", [](PlannerWorld& w) { w.seen.spec_invalid = true; }},
      {"Suspended", [](PlannerWorld& w) { w.seen.tracked.spec.suspend = true; }},
      {"NoTag", [](PlannerWorld& w) { w.seen.image_problem = "NoTag: no tag in the image"; }},
      {"ServiceNotReady", [](PlannerWorld& w) { w.service().generation += 1; }},
      {"ServiceNotReady", [](PlannerWorld& w) { w.service().ready.status = Tri::kFalse; }},
      {"ServiceNotReady", [](PlannerWorld& w) { w.service().traffic = {entry(kFirst, 100)}; }},
      {"Split",
       [](PlannerWorld& w) {
         w.service().traffic = {entry(kFirst, 60), entry(RevisionName("other"), 40)};
         w.service().observed_traffic = w.traffic();
       }},
      {"ServiceNotReady", [](PlannerWorld& w) { w.make_ready(kFirst, Tri::kUnknown); }},
      {"NoDigest", [](PlannerWorld& w) { w.revision(kFirst).digests.clear(); }},
      {"NoMetrics", [](PlannerWorld& w) { w.seen.metrics = MetricsFinding::kNothing; }},
      {"MetricsUnknown", [](PlannerWorld& w) { w.seen.metrics.reset(); }},
      {"TagTaken",
       [](PlannerWorld& w) { w.service().traffic.push_back(entry(kFirst, 0, "freshet")); }},
  };
  for (const AdoptionRow& row : rows) {
    PlannerWorld world;
    row.found(world);
    const Transition transition = world.pass();
    EXPECT_TRUE(world.writes.empty()) << row.reason;
    EXPECT_FALSE(transition.explanation.ready) << row.reason;
    EXPECT_EQ(transition.explanation.not_ready_reason, row.reason)
        << transition.explanation.message;
    EXPECT_FALSE(transition.explanation.message.empty());
    EXPECT_TRUE(world.seen.tracked.finalizers.empty());
  }
}

TEST(Adoption, SaysWhatToSetWhereMetricsAreMissing) {
  PlannerWorld world;
  world.seen.metrics = MetricsFinding::kUnnamed;
  const Explanation why = world.pass().explanation;
  EXPECT_EQ(why.not_ready_reason, "NoMetrics");
  EXPECT_NE(why.message.find("podTargetLabels serving.knative.dev/revision"), why.message.npos)
      << why.message;
  world.seen.metrics = MetricsFinding::kNothing;
  const std::string nothing = world.pass().explanation.message;
  EXPECT_NE(nothing.find("request-metrics-protocol: prometheus"), nothing.npos) << nothing;
}

TEST(Adoption, GoesWithoutMetricsInReadinessOnlyAndWithGitOpsWhereAllowed) {
  PlannerWorld world;
  world.seen.metrics = MetricsFinding::kNothing;
  world.seen.tracked.spec.analysis.mode = AnalysisMode::kReadinessOnly;
  world.service().other_managers = {"Flux"};
  world.seen.tracked.spec.rollout.allow_overwrite = true;
  world.tick();
  EXPECT_EQ(world.phase(), "Idle");
}

TEST(Adoption, KeepTheirsAdoptsAsSoonAsOneServes) {
  PlannerWorld world = world_in("Shifting");
  const RevisionName second = *world.candidate();
  world.set_traffic({entry(kFirst, 40), entry(second, 60)});
  world.tick();
  world.command("resume", "1 --keep-theirs");
  world.tick();
  EXPECT_EQ(world.phase(), "Adopting");
  world.tick();
  EXPECT_EQ(world.phase(), "Adopting");
  world.set_traffic({entry(second, 100)});
  world.tick();
  EXPECT_EQ(world.phase(), "Idle");
  EXPECT_EQ(world.core().stable->name, second);
  EXPECT_TRUE(world.core().rejected.empty());
}

// As Knative was seen to say it where its write of the Route met a conflict.
TEST(Adoption, WaitsWhileStatusShowsOtherTrafficThoughItsConditionsSayThatAllIsDone) {
  PlannerWorld world = world_in("Shifting");
  const RevisionName second = *world.candidate();
  const Traffic before = {entry(kFirst, 100)};
  world.set_traffic({entry(second, 100)});
  world.tick();
  world.command("resume", "1 --keep-theirs");
  world.pass();
  world.service().observed_traffic = before;
  world.pass();
  EXPECT_EQ(world.phase(), "Adopting");
  world.tick();
  EXPECT_EQ(world.phase(), "Idle");
  EXPECT_EQ(world.core().stable->name, second);
}

}  // namespace
}  // namespace freshet::testing
