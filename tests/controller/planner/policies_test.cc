// What policies hold, and what they never do.
#include <gtest/gtest.h>

#include "tests/controller/planner/table.h"

namespace freshet::testing {
namespace {

using Words = std::vector<std::string>;

Policy frozen_for(const PlannerWorld& world, Duration length) {
  Policy out;
  out.title = "ClusterRolloutPolicy freeze";
  out.owner = "platform";
  out.deny = {Window{Span{world.now - hours(1), world.now + length}}};
  return out;
}

Policy stopped() {
  Policy out;
  out.title = "ClusterRolloutPolicy stop";
  out.stop = true;
  return out;
}

void freeze(PlannerWorld& world) { world.seen.policies = {frozen_for(world, hours(10))}; }
void freeze_and_advance(PlannerWorld& world) {
  freeze(world);
  advance_verdict(world);
}
void stop_and_push(PlannerWorld& world) {
  world.seen.policies = {stopped()};
  newer_digest(world);
}

auto unknown(void (*event)(PlannerWorld&)) {
  return [event](PlannerWorld& world) {
    world.seen.policies_unknown = "not read yet";
    event(world);
  };
}
auto unheard(void (*event)(PlannerWorld&)) {
  return [event](PlannerWorld& world) {
    world.seen.unheard = "the watch fails";
    event(world);
  };
}

TEST(Policies, HoldWhatStartsOrAdvances) {
  check({
      {"in a freeze nothing is started",
       "Idle",
       [](PlannerWorld& w) {
         freeze(w);
         newer_digest(w);
       },
       {"Idle", 0, 0, "Freeze", 0, 0}},
      {"a freeze with nothing to start is no news", "Idle", freeze, {"Idle", 0, 0, "", 0, 0}},
      {"nothing is started while all is stopped",
       "Idle",
       stop_and_push,
       {"Idle", 0, 0, "Stopped", 0, 0}},
      {"a candidate that becomes Ready in a freeze gets no request",
       "Preparing",
       [](PlannerWorld& w) {
         freeze(w);
         w.make_ready(*w.candidate(), Tri::kTrue);
       },
       {"Preparing", 0, 0, "Freeze", 0, 0}},
      {"no step is raised in a freeze",
       "Shifting",
       freeze_and_advance,
       {"Shifting", 5, 0, "Freeze", 0, 0}},
      {"no bake ends in a freeze",
       "Baking",
       [](PlannerWorld& w) {
         freeze(w);
         judged(w, VerdictKind::kContinue);
         w.now += hours(1);
       },
       {"Baking", 90, 0, "Freeze", 0, 0}},
      {"none is read", "Idle", unknown(newer_digest), {"Idle", 0, 0, "PoliciesUnknown", 0, 0}},
      {"while a watch fails", "Idle", unheard(newer_digest), {"Idle", 0, 0, "StaleWatch", 0, 0}},
  });
}

TEST(Policies, NeverHoldARetreatOrAReduction) {
  const auto in_a_stop = [](auto event) {
    return [event](PlannerWorld& w) {
      w.seen.policies = {stopped()};
      event(w);
    };
  };
  check({
      {"a rollback", "Shifting", in_a_stop(rollback_verdict), {"Retreating", 0, 1, "", 1, 0}},
      {"a rollback of a bake",
       "Baking",
       in_a_stop(rollback_verdict),
       {"Retreating", 0, 1, "", 1, 0}},
      {"a reduction", "Shifting", in_a_stop(reduce_verdict), {"Shifting", 1, 1, "", 0, 0}},
      {"an abort",
       "Shifting",
       in_a_stop([](PlannerWorld& w) { w.command("abort", "1 looks wrong"); }),
       {"Retreating", 0, 1, "", 1, 0}},
      {"a watch fails", "Shifting", unheard(rollback_verdict), {"Retreating", 0, 1, "", 1, 0}},
      {"none is read", "Shifting", unknown(rollback_verdict), {"Retreating", 0, 1, "", 1, 0}},
  });
}

TEST(Policies, WhatTheyHoldGoesOnAtTheOpening) {
  PlannerWorld world = world_in("Idle");
  const TimePoint opens = world.now + hours(10);
  world.seen.policies = {frozen_for(world, hours(10))};
  newer_digest(world);
  const Transition held = world.look();
  EXPECT_EQ(held.wake_at, opens);
  EXPECT_EQ(held.explanation.holds.front().until, opens);
  EXPECT_EQ(held.explanation.holds.front().owner, "platform");
  world.now = opens - Duration{1};
  EXPECT_FALSE(world.look().write);
  world.now = opens;
  EXPECT_TRUE(world.look().write);
}

TEST(Policies, APersonWithAReasonOverrulesAFreezeAndNotAStop) {
  PlannerWorld world = world_in("Shifting");
  freeze(world);
  world.command("promote", "1 --by=alice");
  world.tick();
  EXPECT_EQ(world.core().phase.index(), Phase(Shifting{}).index());
  EXPECT_FALSE(world.seen.memo.answers.front().accepted);
  EXPECT_NE(world.seen.memo.answers.front().sentence.find("--reason TEXT overrides it"),
            std::string::npos);
  const int before = candidate_percent(world.core());
  world.command("promote", "2 --by=alice a fix that cannot wait");
  world.tick();
  EXPECT_TRUE(world.seen.memo.answers.front().accepted);
  EXPECT_NE(world.seen.memo.answers.front().sentence.find(
                "promoted by person:alice: a fix that cannot wait; overrules: "
                "ClusterRolloutPolicy freeze of platform"),
            std::string::npos);
  EXPECT_GT(candidate_percent(world.core()), before);
  world.seen.policies.push_back(stopped());
  world.command("promote", "3 --full --by=alice a fix that cannot wait");
  world.tick();
  EXPECT_EQ(world.seen.memo.answers.front().sentence,
            "ClusterRolloutPolicy stop stops all rollouts until it is taken back");
}

TEST(Policies, APersonWithAReasonBeginsARolloutInAFreezeAndNotInAStop) {
  PlannerWorld world = world_in("Idle");
  freeze(world);
  newer_digest(world);
  const auto answer = [&] { return world.seen.memo.answers.front(); };
  world.command("promote", "1 --by=alice");
  world.tick();
  EXPECT_FALSE(answer().accepted);
  EXPECT_NE(answer().sentence.find("--reason TEXT overrides it"), std::string::npos);
  world.seen.policies.push_back(stopped());
  world.command("promote", "2 --by=alice a fix that cannot wait");
  world.tick();
  EXPECT_FALSE(answer().accepted);
  world.seen.policies.pop_back();
  world.command("promote", "3 --by=alice a fix that cannot wait");
  world.tick();
  EXPECT_TRUE(answer().accepted) << answer().sentence;
  EXPECT_NE(answer().sentence.find("overrules: ClusterRolloutPolicy freeze of platform"),
            std::string::npos)
      << answer().sentence;
  world.tick(minutes(1));
  EXPECT_EQ(world.phase(), "Preparing");  // its first request needs a word of its own
}

TEST(Policies, AStopKeepsAPersonsPercentsFromBeingRaisedAgain) {
  for (const bool raises : {true, false}) {
    PlannerWorld world = world_in("Shifting");
    const int theirs = raises ? 1 : 30;
    world.set_traffic(
        {entry(world.core().stable->name, 100 - theirs), entry(*world.candidate(), theirs)});
    world.tick();
    world.seen.policies = {stopped()};
    world.command("resume", "1 --keep-mine");
    world.tick();
    EXPECT_EQ(world.seen.memo.answers.front().accepted, !raises);
  }
}

Policy asks_for_approval(Approval approval) {
  Policy out;
  out.title = "RolloutPolicy four-eyes";
  out.approval = approval;
  return out;
}

void approve(PlannerWorld& world, const std::string& rollout) {
  world.seen.approvals = {{"checkout", rollout, "alice", "release 42"}};
}

TEST(Policies, WhereOneAsksForApprovalNoPromoteStandsForIt) {
  PlannerWorld world = world_in("Idle");
  world.seen.policies = {asks_for_approval(Approval::kBeforeTraffic)};
  world.push('b');
  world.run_to("Preparing");
  world.tick(minutes(1));
  EXPECT_EQ(hold_reasons(world.look()), (Words{"ApprovalRequired"}));
  world.command("promote", "1 --by=bob I may");
  world.tick();
  EXPECT_FALSE(world.seen.memo.answers.front().accepted);
  approve(world, "another");
  world.tick();
  EXPECT_EQ(world.phase(), "Preparing");
  approve(world, active_rollout(world.core().phase)->id);
  world.facts.clear();
  world.tick();
  EXPECT_EQ(world.phase(), "Shifting");
  EXPECT_NE(world.facts.front().message.find("(approved by alice (claimed): release 42)"),
            std::string::npos)
      << world.facts.front().message;
}

TEST(Policies, ApprovalBeforePromotionIsAskedForAtTheLastStep) {
  PlannerWorld world = world_in("Idle");
  world.seen.policies = {asks_for_approval(Approval::kBeforePromotion)};
  world.verdict = VerdictKind::kPromote;
  world.push('b');
  ASSERT_TRUE(world.run_to("Shifting", 3));
  for (int i = 0; i < 100; ++i) world.tick(minutes(1));
  EXPECT_EQ(world.phase(), "Shifting");
  EXPECT_EQ(hold_reasons(world.look()), (Words{"ApprovalRequired"}));
  approve(world, active_rollout(world.core().phase)->id);
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_NE(world.seen.memo.history.front().message.find("approved by alice (claimed)"),
            std::string::npos);
}

TEST(Policies, NeitherTheDeadlineNorPromoteFullPassesByAMissingApproval) {
  PlannerWorld world = world_in("Shifting");
  world.seen.policies = {asks_for_approval(Approval::kBeforePromotion)};
  world.command("promote", "1 --full --by=bob I may");
  world.tick();
  EXPECT_FALSE(world.seen.memo.answers.front().accepted);
  past_deadline(world);
  for (int i = 0; i < 10; ++i) world.tick(minutes(1));
  EXPECT_EQ(world.phase(), "Shifting");
  EXPECT_EQ(hold_reasons(world.look()), (Words{"Inconclusive"}));
}

TEST(Policies, AnOwnApprovalBeforePromotionHoldsTheLastStepAsWell) {
  PlannerWorld world = world_in("Idle");
  world.seen.tracked.spec.rollout.approval = Approval::kBeforePromotion;
  world.verdict = VerdictKind::kPromote;
  world.push('b');
  ASSERT_TRUE(world.run_to("Shifting", 3));
  for (int i = 0; i < 500; ++i) world.tick(minutes(1));
  EXPECT_EQ(world.phase(), "Shifting");
  EXPECT_EQ(hold_reasons(world.look()), (Words{"AwaitingApproval"}));
}

TEST(Policies, TimeThatTheyHoldDoesNotCountForTheDeadline) {
  PlannerWorld world = world_in("Shifting");
  world.seen.tracked.spec.rollout.when_inconclusive = WhenInconclusive::kRollBack;
  for (int night = 0; night < 3; ++night) {
    world.seen.policies = {frozen_for(world, hours(5))};
    while (!world.look().explanation.holds.empty()) world.tick(minutes(10));
    ASSERT_EQ(world.phase(), "Shifting");
    world.tick(minutes(30));
  }
  world.command("pause", "1 for a while");  // a write: what was held goes into the core
  world.tick();
  const Duration held = active_rollout(world.core().phase)->held;
  EXPECT_GE(held, hours(14));
  EXPECT_LE(held, hours(16));
  EXPECT_EQ(world.seen.memo.closed_for, Duration{0});
  world.command("resume", "1");
  for (int i = 0; i < 48 && world.phase() == "Shifting"; ++i) world.tick(minutes(10));
  EXPECT_EQ(world.phase(), "Retreating");  // 6 h of its own are over
}

TEST(Policies, APauseWithinAFreezeIsCountedOnce) {
  PlannerWorld world = world_in("Shifting");
  const TimePoint start = world.now;
  world.seen.policies = {frozen_for(world, hours(4))};
  world.tick(minutes(1));
  world.command("pause", "1 lunch");
  world.tick();
  world.tick(hours(2));
  world.command("resume", "1");
  world.tick();
  world.tick(hours(3));
  world.tick(minutes(1));
  const Rollout& rollout = *active_rollout(world.core().phase);
  const Duration held = rollout.held + world.seen.memo.closed_for;
  EXPECT_LE(held, world.now - start);
  EXPECT_GE(held, hours(4));
}

}  // namespace
}  // namespace freshet::testing
