// Gates before traffic: what their outcomes lead to, and what people may overrule.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/planner/template_text.h"
#include "tests/controller/planner/table.h"

namespace freshet::testing {
namespace {

void come_to(PlannerWorld& world, GateOutcome outcome) {
  world.gates_come_to = outcome;
  for (int i = 0; i < 10; ++i) world.tick();
}
void fails(PlannerWorld& world) { come_to(world, GateOutcome::kFailed); }
void cannot_be_told(PlannerWorld& world) { come_to(world, GateOutcome::kUnknown); }
void fails_on_error(PlannerWorld& world) {
  world.seen.tracked.spec.gates.front().on_error = GateOnError::kFail;
  cannot_be_told(world);
}

TEST(PlannerTable, GatesOfTheCandidate) {
  check({
      {"are waited for", "Gating", [](PlannerWorld& w) { w.tick(); }, {"Gating", 0, 0, "", 0, 0}},
      {"hold where they cannot be told",
       "Gating",
       cannot_be_told,
       {"Gating", 0, 0, "GateInconclusive", 0, 0}},
      {"are tried while a followed tag is gone",
       "Gating",
       tag_gone,
       {"Gating", 0, 0, "TagGone", 0, 0}},
      {"are outlived by no withdrawn wish",
       "Gating",
       stables_digest_again,
       {"Retreating", 0, 1, "", 0, 0}},
      {"end where its container exits twice",
       "Gating",
       exits_twice,
       {"Retreating", 0, 1, "", 1, 0}},
      {"end where it is not Ready for long",
       "Gating",
       unready_for_long,
       {"Retreating", 0, 1, "", 0, 1}},
      {"are replaced by a newer digest's", "Gating", supersede, {"Retreating", 0, 1, "", 0, 0}},
      {"hold for a person's percents", "Gating", percents, {"Gating", 0, 0, "ForeignEdit", 0, 0}},
      {"go on while suspended", "Gating", suspend, {"Gating", 0, 0, "", 0, 0}},
  });
}

TEST(Gating, AFailedGateTakesTheCandidateBackAndRejectsIt) {
  for (const auto& event : {fails, fails_on_error}) {
    PlannerWorld world = world_in("Gating");
    event(world);
    EXPECT_EQ(world.phase(), "Idle");
    EXPECT_EQ(world.core().rejected.size(), 1u);
    ASSERT_FALSE(world.seen.memo.history.empty());
    const HistoryEntry& entry = world.seen.memo.history.front();
    EXPECT_EQ(entry.outcome, "RolledBack");
    EXPECT_EQ(entry.message, "gate smoke failed: GET / answered");
    ASSERT_EQ(entry.gates.size(), 1u);
    EXPECT_EQ(entry.gates.front().state, "Failed");
    EXPECT_EQ(entry.gates.front().attempts, 3);
    EXPECT_TRUE(has_fact(world.facts, "GateFailed"));
    EXPECT_TRUE(has_fact(world.facts, "RolledBack"));
  }
}

TEST(Gating, GivesTheFirstRequestsOnceEveryGateHasPassedInTurn) {
  PlannerWorld world = world_with_gates(std::nullopt);
  EXPECT_EQ(world.traffic(), (Traffic{entry(RevisionName("checkout-00001"), 100),
                                      entry(RevisionName("checkout-00002"), 0, "freshet")}));
  EXPECT_FALSE(world.pass().gate) << "its entry is not programmed yet";
  world.settle();
  const Transition first = world.pass();
  ASSERT_TRUE(first.gate);
  EXPECT_EQ(first.gate->gate.name, "smoke");
  EXPECT_EQ(first.gate->url, "http://freshet-checkout.shop.example.com/");
  EXPECT_EQ(first.gate->until, world.now + minutes(1));
  EXPECT_EQ(world.tick().gate, first.gate) << "the question stays the same while it is open";
  world.gates_come_to = GateOutcome::kPassed;
  world.tick();
  world.gates_come_to.reset();
  const Transition second = world.tick();
  ASSERT_TRUE(second.gate);
  EXPECT_EQ(second.gate->gate.name, "load");
  EXPECT_NE(second.explanation.message.find("1 of 2 gates has passed, load is tried"),
            std::string::npos)
      << second.explanation.message;
  world.gates_come_to = GateOutcome::kPassed;
  EXPECT_TRUE(world.run_to("Shifting", 0));
  EXPECT_TRUE(has_fact(world.facts, "GatePassed"));
  EXPECT_EQ(world.facts.back().reason, "CandidateReady");
}

TEST(Gating, WaitsForApprovalAfterwardsAndIsNamedNoLonger) {
  PlannerWorld world = world_with_gates(GateOutcome::kPassed);
  world.seen.tracked.spec.rollout.approval = Approval::kBeforeTraffic;
  ASSERT_TRUE(world.run_to("Waiting"));
  EXPECT_EQ(world.traffic().back().revision, std::nullopt);
}

TEST(Gating, APolicysApprovalIsAskedForAfterwardsAsWithoutGates) {
  PlannerWorld world = world_with_gates(GateOutcome::kPassed);
  Policy asks;
  asks.title = "RolloutPolicy four-eyes";
  asks.approval = Approval::kBeforeTraffic;
  world.seen.policies = {asks};
  for (int i = 0; i < 20; ++i) world.tick();
  EXPECT_EQ(world.phase(), "Gating");
  EXPECT_EQ(hold_reasons(world.look()), std::vector<std::string>{"ApprovalRequired"});
  for (const char* words : {"1 --by=bob I may", "2 --full --by=bob I may"}) {
    world.command("promote", words);
    world.tick();
    EXPECT_FALSE(world.seen.memo.answers.front().accepted) << words;
  }
  world.seen.approvals = {{"checkout", active_rollout(world.core().phase)->id, "alice", "fine"}};
  world.tick();
  EXPECT_EQ(world.phase(), "Shifting");
}

TEST(Gating, GatesThatComeWhileAPersonIsAskedAreNotSkipped) {
  PlannerWorld world = world_with_gates(GateOutcome::kPassed, {named_gate("smoke")});
  world.seen.tracked.spec.rollout.approval = Approval::kBeforeTraffic;
  ASSERT_TRUE(world.run_to("Waiting"));
  world.seen.tracked.spec.gates.push_back(named_gate("load"));
  world.gates_come_to.reset();
  world.command("promote", "1 now");
  world.tick();
  EXPECT_EQ(world.phase(), "Gating");
  EXPECT_FALSE(world.seen.memo.answers.front().accepted);
  world.gates_come_to = GateOutcome::kPassed;
  EXPECT_TRUE(world.run_to("Waiting"));
}

TEST(Gating, APauseStopsTheAdvanceAndNoGate) {
  PlannerWorld world = world_with_gates(std::nullopt);
  world.command("pause", "1 --by=alice");
  world.tick();
  world.gates_come_to = GateOutcome::kPassed;
  for (int i = 0; i < 5; ++i) world.tick();
  EXPECT_EQ(world.phase(), "Gating");
  EXPECT_EQ(hold_reasons(world.look()), std::vector<std::string>{"Paused"});
  EXPECT_EQ(world.seen.memo.gates.gates.back().state, GateState::kPassed);
  world.command("resume", "2");
  EXPECT_TRUE(world.run_to("Shifting", 0));
}

TEST(Gating, AGateThatWasChangedIsAskedAnew) {
  PlannerWorld world = world_with_gates(GateOutcome::kPassed, {named_gate("smoke")});
  world.command("pause", "1");
  for (int i = 0; i < 4; ++i) world.tick();
  ASSERT_EQ(world.seen.memo.gates.gates.front().state, GateState::kPassed);
  world.gates_come_to.reset();
  world.seen.tracked.spec.gates.front().http->match = "ready";
  const Transition transition = world.tick();
  ASSERT_TRUE(transition.gate);
  EXPECT_EQ(transition.gate->number, 1);
}

TEST(Gating, AnAnswerAboutAnotherCandidateGateOrAttemptIsNone) {
  PlannerWorld world = world_with_gates(std::nullopt);
  world.settle();
  const GateQuestion asked = *world.pass().gate;
  const GateAttempt right{asked.candidate, "smoke", asked.spec, 1, GateOutcome::kFailed, "", {}};
  for (const auto& spoil : std::vector<std::function<void(GateAttempt&)>>{
           [](GateAttempt& a) { a.candidate = Uid("other"); },
           [](GateAttempt& a) { a.gate = "other"; }, [](GateAttempt& a) { a.spec = "other"; },
           [](GateAttempt& a) { a.number = 2; }}) {
    world.seen.gate_attempt = right;
    spoil(*world.seen.gate_attempt);
    EXPECT_FALSE(world.look().write);
  }
  world.seen.gate_attempt = right;
  EXPECT_TRUE(world.look().write);
}

TEST(Gating, APersonOverrulesWhatCannotBeToldAndHistoryKeepsIt) {
  PlannerWorld world = world_with_gates(GateOutcome::kUnknown);
  for (int i = 0; i < 3; ++i) world.tick();
  world.command("promote", "1 --by=alice the ingress is down");
  world.pass();
  EXPECT_EQ(world.phase(), "Shifting");
  const std::string& sentence = world.seen.memo.answers.front().sentence;
  EXPECT_NE(sentence.find("gates not passed: smoke, load"), std::string::npos) << sentence;
}

TEST(Gating, APersonDoesNotOverruleAFailedGate) {
  PlannerWorld world = world_with_gates(GateOutcome::kFailed);
  world.tick();
  world.command("promote", "1 --full");
  world.pass();
  EXPECT_EQ(world.phase(), "Retreating") << "before any command";
  world.pass();
  EXPECT_FALSE(world.seen.memo.answers.front().accepted);
  EXPECT_EQ(world.seen.memo.answers.front().sentence, "the candidate is being taken back");
}

TEST(Gating, IsNotSkippedByAPromotionBeforeIt) {
  PlannerWorld world;
  world.run_to("Idle");
  world.seen.tracked.spec.gates = {named_gate("smoke")};
  world.new_revisions = Tri::kUnknown;
  world.push('b');
  world.run_to("Preparing");
  world.tick();
  world.command("promote", "1 --full");
  world.pass();
  EXPECT_FALSE(world.seen.memo.answers.front().accepted);
  EXPECT_NE(world.seen.memo.answers.front().sentence.find("gates have not been tried"),
            std::string::npos);
}

TEST(Gating, AsksForTheReadinessPathOfTheContainerThatServes) {
  const auto path = [](const Json& containers) {
    return planning::probe_path(Json{{"spec", {{"containers", containers}}}}.dump());
  };
  const Json probe = {{"httpGet", {{"path", "/ready"}}}};
  EXPECT_EQ(path(Json::array({{{"readinessProbe", probe}}})), "/ready");
  EXPECT_EQ(path(Json::array({{{"readinessProbe", {{"tcpSocket", Json::object()}}}}})), "");
  EXPECT_EQ(path(Json::array({{{"readinessProbe", {{"httpGet", {{"path", "/side"}}}}}},
                              {{"readinessProbe", probe}, {"ports", Json::array()}}})),
            "/ready");
  EXPECT_EQ(planning::probe_path("no template"), "");
}

}  // namespace
}  // namespace freshet::testing
