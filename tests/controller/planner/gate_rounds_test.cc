// A gate that is tried again, and the time that gates take.
#include <gtest/gtest.h>

#include "tests/controller/planner/table.h"

namespace freshet::testing {
namespace {

TEST(GateRounds, IsTriedAgainWithinItsTimeAndAskedAnewWhereItCouldNotBeTold) {
  PlannerWorld world = world_with_gates(GateOutcome::kUnknown, {named_gate("smoke", 2)});
  world.settle();
  std::vector<int> numbers;
  for (int i = 0; i < 40; ++i) {
    const Transition transition = world.tick(seconds(3));
    if (transition.gate) numbers.push_back(transition.gate->number);
  }
  EXPECT_EQ(numbers, (std::vector<int>{1, 2, 3, 4, 5, 6}));
  const auto holds = world.look().explanation.holds;
  ASSERT_FALSE(holds.empty());
  EXPECT_EQ(holds.front().reason, "GateInconclusive");
  EXPECT_EQ(holds.front().message, "gate smoke could not be told: GET / answered");
  EXPECT_TRUE(holds.front().until);
  world.gates_come_to = GateOutcome::kPassed;
  EXPECT_TRUE(world.run_to("Shifting", 0));
}

TEST(GateRounds, IsAskedAnewHalfAsOftenEachTimeHoweverManyTriesARoundHas) {
  GateSpec load = named_gate("load", 2);
  PlannerWorld world = world_with_gates(std::nullopt, {load});
  world.settle();
  std::vector<Duration> pauses;
  while (pauses.size() < 5) {
    const Transition asks = world.tick();
    if (!asks.gate) continue;
    world.now = asks.gate->until - seconds(1);  // the first try takes nearly all of the round
    world.gates_come_to = GateOutcome::kUnknown;
    world.pass();
    world.gates_come_to.reset();
    world.pass();
    const GateRecord& record = world.seen.memo.gates.gates.front();
    if (!record.again) continue;
    pauses.push_back(*record.again - *record.ended);
    world.now = *record.again;
  }
  EXPECT_EQ(pauses,
            (std::vector<Duration>{minutes(1), minutes(2), minutes(4), minutes(8), minutes(10)}));
}

TEST(GateRounds, ATaskRunIsWaitedForALittleLongerThanItsTime) {
  GateSpec load;
  load.name = "load";
  load.task_run = TaskRunGateSpec{"load-test", {}, ""};
  PlannerWorld world = world_with_gates(std::nullopt, {load});
  world.settle();
  const GateQuestion first = *world.pass().gate;
  EXPECT_EQ(first.url, "http://freshet-checkout.shop.example.com");
  EXPECT_EQ(world.tick(load.timeout + kTaskRunIsLate).gate, first);
  const Transition late = world.tick(kTaskRunIsLate);
  ASSERT_TRUE(late.gate);
  EXPECT_EQ(late.gate->until, world.now + load.timeout) << "another round";
}

TEST(GateRounds, TimeAtTheGatesIsNotMissingAtTheSteps) {
  PlannerWorld world = world_with_gates(GateOutcome::kUnknown, {named_gate("smoke")});
  for (int i = 0; i < 10; ++i) world.tick();
  ASSERT_EQ(world.phase(), "Gating");
  world.now += hours(7);
  world.verdict = VerdictKind::kContinue;
  world.gates_come_to = GateOutcome::kPassed;
  ASSERT_TRUE(world.run_to("Shifting", 0));
  for (int i = 0; i < 60; ++i) world.tick();
  EXPECT_EQ(world.phase(), "Shifting");
  EXPECT_EQ(candidate_percent(world.core()), 1) << "the deadline has not come";
}

TEST(GateRounds, WhatCannotBeToldUntilTheDeadlineGivesWayToANewerImage) {
  PlannerWorld world = world_with_gates(GateOutcome::kUnknown, {named_gate("smoke")});
  for (int i = 0; i < 10; ++i) world.tick();
  newer_digest(world);
  EXPECT_EQ(world.tick().core->phase.index(), world.core().phase.index());
  ASSERT_EQ(world.phase(), "Gating");
  world.now += hours(7);
  world.pass();
  EXPECT_EQ(world.phase(), "Retreating");
}

TEST(GateRounds, AFreezeAfterTheGatesCostsNothingEither) {
  for (const auto what : {WhenInconclusive::kRollBack, WhenInconclusive::kPromoteIfClean}) {
    PlannerWorld world = world_with_gates(GateOutcome::kPassed, {named_gate("smoke")});
    world.seen.tracked.spec.rollout.when_inconclusive = what;
    Policy frozen;
    frozen.title = "RolloutPolicy nights";
    frozen.approval = Approval::kBeforeTraffic;
    world.seen.policies = {frozen};
    for (int i = 0; i < 20; ++i) world.tick();
    world.now += hours(7);
    world.verdict = VerdictKind::kContinue;
    world.pass();
    newer_digest(world);
    world.seen.policies.clear();
    ASSERT_TRUE(world.run_to("Shifting", 0)) << world.phase();
    for (int i = 0; i < 60; ++i) world.tick();
    EXPECT_EQ(candidate_percent(world.core()), 1);
  }
}

TEST(GateRounds, ThatAGateCannotBeToldRejectsNothing) {
  PlannerWorld world = world_with_gates(GateOutcome::kUnknown, {named_gate("smoke")});
  world.seen.tracked.spec.rollout.when_inconclusive = WhenInconclusive::kRollBack;
  for (int i = 0; i < 10; ++i) world.tick();
  world.now += hours(7);
  world.pass();
  EXPECT_EQ(world.phase(), "Gating");
}

}  // namespace
}  // namespace freshet::testing
