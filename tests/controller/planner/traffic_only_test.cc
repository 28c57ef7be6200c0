// writeMode TrafficOnly: someone else changes the template, Freshet judges it.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

bool writes_a_template(const PlannerWorld& world) {
  return std::ranges::any_of(world.writes, [](const ServiceWrite& write) {
    return !std::holds_alternative<KeepTemplate>(write.template_change);
  });
}

PlannerWorld world_of_another_writer(std::string_view phase = "Idle") {
  return world_in(phase, [](PlannerWorld& world) {
    world.seen.tracked.spec.rollout.write_mode = WriteMode::kTrafficOnly;
  });
}

TEST(TrafficOnly, AMovedTagIsToldAndLeftToWhoeverWritesTheTemplate) {
  PlannerWorld world = world_of_another_writer();
  world.push('b');
  const Transition looked = world.tick();
  EXPECT_EQ(world.phase(), "Idle");
  EXPECT_FALSE(looked.write.has_value());
  EXPECT_NE(looked.explanation.message.find("whoever writes the template has not taken"),
            std::string::npos)
      << looked.explanation.message;
}

TEST(TrafficOnly, ANewTemplateIsJudgedAndPromotedWithoutAWordOfOurs) {
  PlannerWorld world = world_of_another_writer();
  world.edit_template("fast");
  ASSERT_TRUE(world.run_to("Shifting"));
  world.verdict = VerdictKind::kPromote;
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.core().stable->pair.template_hash, "t:fast");
  EXPECT_FALSE(writes_a_template(world));
}

TEST(TrafficOnly, ARejectedTemplateStaysAndIsHeldUntilItsWriterChangesIt) {
  PlannerWorld world = world_of_another_writer();
  world.edit_template("slow");
  world.verdict = VerdictKind::kRollback;
  ASSERT_TRUE(world.run_to("Retreating"));
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.service().template_hash, "t:slow");
  EXPECT_EQ(hold_reasons(world.tick()), std::vector<std::string>{"TemplateRejected"});
  world.verdict = VerdictKind::kPromote;
  world.edit_template("repaired");
  ASSERT_TRUE(world.run_to("Preparing"));
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.core().stable->pair.template_hash, "t:repaired");
  EXPECT_FALSE(writes_a_template(world));
}

TEST(TrafficOnly, StandsBesideAToolThatLeavesTrafficAlone) {
  PlannerWorld world;
  world.seen.tracked.spec.rollout.write_mode = WriteMode::kTrafficOnly;
  world.service().other_managers = {"Argo CD"};
  world.service().managed_traffic_elsewhere = true;
  const Explanation refused = world.pass().explanation;
  EXPECT_EQ(refused.not_ready_reason, "ManagedByGitOps");
  EXPECT_NE(refused.message.find("take spec.traffic out"), std::string::npos) << refused.message;
  world.service().managed_traffic_elsewhere = false;
  world.tick();
  EXPECT_EQ(world.phase(), "Idle");
}

// git revert in mid-rollout, in either mode.
TEST(ATemplateThatIsPutBack, WithdrawsItsCandidateAndRejectsNothing) {
  for (const WriteMode mode : {WriteMode::kPin, WriteMode::kTrafficOnly}) {
    for (const char* phase : {"Preparing", "Shifting", "Baking"}) {
      SCOPED_TRACE(phase);
      PlannerWorld world = world_in("Idle");
      world.seen.tracked.spec.rollout.write_mode = mode;
      world.edit_template("fast");
      world.verdict = VerdictKind::kPromote;
      ASSERT_TRUE(world.run_to(phase));
      world.edit_template("plain");
      world.tick();
      EXPECT_EQ(world.phase(), "Retreating");
      ASSERT_TRUE(world.run_to("Idle"));
      EXPECT_EQ(world.seen.memo.history.back().outcome, "Withdrawn");
      EXPECT_TRUE(world.core().rejected.empty());
      EXPECT_FALSE(writes_a_template(world));
      const std::size_t writes = world.writes.size();
      world.tick();
      EXPECT_EQ(world.phase(), "Idle");
      EXPECT_EQ(world.writes.size(), writes);
    }
  }
}

}  // namespace
}  // namespace freshet::testing
