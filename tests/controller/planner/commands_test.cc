// People's commands: how they are read, what each does, and that each is carried out once.
#include <gtest/gtest.h>

#include "controller/planner/command.h"
#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

using planning::Command;
using planning::parse_command;
using planning::Verb;

const TimePoint kNow = *parse_rfc3339("2026-11-23T02:00:00Z");

TEST(Command, IsReadAsIdOptionsAndReason) {
  Command expected;
  expected.verb = Verb::kPromote;
  expected.id = "17-ab";
  expected.full = true;
  expected.rollout = "7f3a";
  expected.step = 2;
  expected.by = "alice";
  expected.reason = "looks --well to me";
  const auto parsed = parse_command(
      Verb::kPromote, " 17-ab --full --rollout=7f3a --step=2 --by=alice looks --well to me ", kNow);
  EXPECT_EQ(parsed.problem, "");
  EXPECT_EQ(parsed.command, expected);
}

TEST(Command, UntilIsATimeOrADuration) {
  for (const std::string text : {"2026-11-23T10:00:00Z", "8h"}) {
    const auto parsed = parse_command(Verb::kPause, "1 --until=" + text, kNow);
    EXPECT_EQ(parsed.problem, "");
    EXPECT_EQ(parsed.command.until, kNow + hours(8));
  }
}

TEST(Command, WhatCannotBeReadIsRefusedWithASentence) {
  struct Row {
    Verb verb;
    std::string value;
    std::string words;
  };
  const std::vector<Row> rows = {
      {Verb::kAbort, "", "begins with an id"},
      {Verb::kAbort, "   ", "begins with an id"},
      {Verb::kPromote, "1 --ful", "did you mean --full?"},
      {Verb::kPause, "1 --full", "no option of pause"},
      {Verb::kPause, "1 --until=soon", "--until wants a time"},
      {Verb::kPause, "1 --until", "--until wants a value"},
      {Verb::kPromote, "1 --full=yes", "takes no value"},
      {Verb::kPromote, "1 --step=two", "--step wants"},
      {Verb::kRetry, "1 --seen=all", "--seen wants"},
      {Verb::kAdopt, "1 --to=", "--to wants a value"},
      {Verb::kAdopt, "1 --to=" + std::string(300, 'x'), "too long"},
  };
  for (const Row& row : rows) {
    const auto parsed = parse_command(row.verb, row.value, kNow);
    EXPECT_NE(parsed.problem.find(row.words), std::string::npos)
        << row.value << ": " << parsed.problem;
  }
}

struct Row {
  std::string sentence;
  std::string phase;  // where the world is
  std::string verb;
  std::string value;
  bool accepted = false;
  std::string then;   // the phase after the pass
  std::string words;  // in the answer
  std::function<void(PlannerWorld&)> prepare = [](PlannerWorld&) {};
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    PlannerWorld world = world_in(row.phase);
    row.prepare(world);
    world.writes.clear();
    world.command(row.verb, row.value);
    const Transition transition = world.pass();
    ASSERT_FALSE(world.seen.memo.answers.empty()) << row.sentence;
    const CommandAnswer& answer = world.seen.memo.answers.front();
    EXPECT_EQ(answer.accepted, row.accepted) << row.sentence << ": " << answer.sentence;
    EXPECT_NE(answer.sentence.find(row.words), std::string::npos)
        << row.sentence << ": " << answer.sentence;
    EXPECT_EQ(world.phase(), row.then) << row.sentence;
    EXPECT_EQ(transition.remove_annotations, std::vector<std::string>{"freshet.dev/" + row.verb});
    EXPECT_TRUE(world.seen.tracked.annotations.empty()) << row.sentence;
    EXPECT_TRUE(row.accepted || world.writes.empty()) << row.sentence;
    EXPECT_TRUE(has_fact(world.facts, row.accepted ? "CommandAccepted" : "CommandRefused"));
  }
}

void theirs(PlannerWorld& w) {
  w.set_traffic(
      {entry(RevisionName("checkout-00001"), 70), entry(RevisionName("checkout-00002"), 30)});
  w.pass();
}

TEST(Commands, Abort) {
  check({
      {"has nothing to do in Idle", "Idle", "abort", "1", false, "Idle", "no rollout"},
      {"takes back before traffic", "Preparing", "abort", "1", true, "Retreating", "taken back"},
      {"takes back at a step", "Shifting", "abort", "1 looks wrong", true, "Retreating", "taken"},
      {"takes back a bake", "Baking", "abort", "1", true, "Retreating", "taken back"},
      {"takes back despite a person's percents", "Shifting", "abort", "1", true, "Retreating", "",
       theirs},
      {"comes once", "Retreating", "abort", "2", false, "Retreating", "already"},
      {"of another rollout is refused", "Shifting", "abort", "1 --rollout=zz", false, "Shifting",
       "meant for rollout zz"},
  });
}

TEST(Commands, Promote) {
  check({
      {"has nothing to do in Idle", "Idle", "promote", "1", false, "Idle", "no rollout"},
      {"is refused while the candidate is not Ready", "Preparing", "promote", "1", false,
       "Preparing", "not Ready"},
      {"approves in Waiting", "Waiting", "promote", "1", true, "Shifting", "step 1 of 4"},
      {"goes on one step", "Shifting", "promote", "1 --step=2 fine", true, "Shifting",
       "step 3 of 4"},
      {"finishes a bake", "Baking", "promote", "1", true, "Idle", "stable now"},
      {"goes all the way", "Shifting", "promote", "1 --full", true, "Idle", "stable now"},
      {"is refused in a retreat", "Retreating", "promote", "1", false, "Retreating", "taken back"},
      {"of another step is refused", "Shifting", "promote", "1 --step=1", false, "Shifting",
       "step 2 of 4"},
      {"is refused at a person's percents", "Shifting", "promote", "1", false, "Shifting",
       "resume decides", theirs},
      {"is refused while paused", "Shifting", "promote", "1", false, "Shifting", "paused by person",
       [](PlannerWorld& w) {
         w.command("pause", "0");
         w.pass();
       }},
      {"without stable is refused", "Shifting", "promote", "1", false, "Shifting",
       "promote --full leaves it",
       [](PlannerWorld& w) { w.make_ready(w.core().stable->name, Tri::kFalse); }},
      {"never overrides a candidate that is not Ready", "Shifting", "promote", "1 --full", false,
       "Shifting", "not Ready", [](PlannerWorld& w) { w.make_ready(*w.candidate(), Tri::kFalse); }},
      {"never overrides another image", "Waiting", "promote", "1", false, "Retreating",
       "taken back",
       [](PlannerWorld& w) {
         w.revision(*w.candidate()).digests = {{ContainerName("app"), digest_of('e')}};
         w.pass();
       }},
  });
}

TEST(Commands, PauseAndResume) {
  check({
      {"pauses", "Shifting", "pause", "1 --by=alice --until=8h month end", true, "Shifting",
       "until 2026-"},
      {"pauses in Idle", "Idle", "pause", "1", true, "Idle", "paused"},
      {"until the past is refused", "Shifting", "pause", "1 --until=2026-11-22T00:00:00Z", false,
       "Shifting", "over already"},
      {"resumes", "Shifting", "resume", "1", true, "Shifting", "resumed",
       [](PlannerWorld& w) {
         w.command("pause", "0");
         w.pass();
       }},
      {"has nothing to resume", "Shifting", "resume", "1", false, "Shifting", "nothing is paused"},
      {"asks what to keep", "Shifting", "resume", "1", false, "Shifting", "say --keep-mine",
       theirs},
      {"keeps mine", "Shifting", "resume", "1 --keep-mine", true, "Shifting", "written again",
       theirs},
      {"keeps theirs", "Shifting", "resume", "1 --keep-theirs", true, "Adopting", "as found",
       theirs},
      {"keeps nothing that was not changed", "Shifting", "resume", "1 --keep-mine", false,
       "Shifting", "nobody else"},
      {"not both", "Shifting", "resume", "1 --keep-mine --keep-theirs", false, "Shifting",
       "exclude", theirs},
  });
}

TEST(Commands, RetryAdoptRepairRollback) {
  const auto rejected = [](PlannerWorld& w) {
    w.programs = true;
    w.run_to("Idle");
  };
  check({
      {"retry forgets what is wanted now", "Retreating", "retry", "1", true, "Idle", "may be",
       rejected},
      {"retry forgets what was rejected up to the state that was seen", "Retreating", "retry",
       "1 --seen=99", true, "Idle", "may be", rejected},
      {"retry forgets nothing that was rejected later", "Retreating", "retry", "1 --seen=1", false,
       "Idle", "rejected after this was given", rejected},
      {"retry has nothing to forget", "Idle", "retry", "1", false, "Idle", "nothing"},
      {"adopt has nothing to settle", "Idle", "adopt", "1 --to=checkout-00001", false, "Idle",
       "is settled"},
      {"adopt wants a Revision", "Idle", "adopt", "1", false, "Idle", "--to=REVISION"},
      {"adopt settles a person's split", "Shifting", "adopt", "1 --to=checkout-00002", true, "Idle",
       "is stable", theirs},
      {"adopt wants a Ready one", "Shifting", "adopt", "1 --to=checkout-00009", false, "Shifting",
       "no Revision", theirs},
      {"adopt takes nothing from another tool", "Shifting", "adopt", "1 --to=checkout-00002", false,
       "Shifting", "Flagger",
       [&](PlannerWorld& w) {
         theirs(w);
         w.service().other_managers = {"Flagger"};
       }},
      {"repair has nothing to repair", "Idle", "repair", "1", false, "Idle", "nothing to repair"},
      {"rollback wants a Revision", "Idle", "rollback", "1", false, "Idle", "--to=REVISION"},
      {"rollback to stable is none", "Idle", "rollback", "1 --to=checkout-00001", false, "Idle",
       "is stable already"},
      {"rollback wants one that is there", "Idle", "rollback", "1 --to=checkout-00009", false,
       "Idle", "no Revision"},
      {"rollback is no abort", "Shifting", "rollback", "1 --to=checkout-00002", false, "Shifting",
       "abort takes it back"},
  });
}

TEST(Commands, AreCarriedOutOnceEvenIfNothingWasNotedButTheWrite) {
  PlannerWorld world = world_in("Shifting");
  world.command("promote", "1");
  const Memo before = world.seen.memo;
  const auto annotations = world.seen.tracked.annotations;
  world.pass();
  ASSERT_EQ(std::get<Shifting>(world.core().phase).step, 2);
  EXPECT_EQ(world.core().commands.at("promote"), "1");
  world.seen.memo = before;  // the controller died before it wrote status
  world.seen.tracked.annotations = annotations;
  world.writes.clear();
  world.pass();
  EXPECT_TRUE(world.writes.empty());
  EXPECT_EQ(std::get<Shifting>(world.core().phase).step, 2);
  ASSERT_FALSE(world.seen.memo.answers.empty());
  EXPECT_TRUE(world.seen.memo.answers.front().accepted);
}

TEST(Commands, TheSameIdAgainIsTakenOffWithoutAnAnswer) {
  PlannerWorld world = world_in("Idle");
  world.command("promote", "1");
  world.pass();
  const Memo answered = world.seen.memo;
  world.command("promote", "1");
  const Transition transition = world.pass();
  EXPECT_EQ(world.seen.memo, answered);
  EXPECT_EQ(transition.remove_annotations, std::vector<std::string>{"freshet.dev/promote"});
}

TEST(Commands, SeveralAtOnceAreAnsweredInTheirOrder) {
  PlannerWorld world = world_in("Shifting");
  world.command("promote", "1");
  world.command("abort", "2");
  world.command("pause", "3");
  world.pass();
  EXPECT_EQ(world.phase(), "Retreating");
  world.pass();
  world.pass();
  const auto& answers = world.seen.memo.answers;
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[2].verb, "abort");
  EXPECT_EQ(answers[1].verb, "promote");
  EXPECT_FALSE(answers[1].accepted);
  EXPECT_EQ(answers[0].verb, "pause");
  EXPECT_TRUE(world.seen.tracked.annotations.empty());
}

TEST(Commands, APauseFreezesRaisingAndLeavesTheStepsClockAlone) {
  PlannerWorld world = world_in("Shifting");
  const auto clock = world.seen.memo.step_since;
  ASSERT_TRUE(clock);
  world.command("pause", "1 --by=alice");
  world.tick();
  EXPECT_EQ(world.seen.memo.step_since, clock);
  world.verdict = VerdictKind::kAdvance;
  EXPECT_EQ(hold_reasons(world.tick(hours(1))).front(), "Paused");
  world.command("resume", "2");
  world.tick();
  world.tick();
  EXPECT_EQ(std::get<Shifting>(world.core().phase).step, 2);
}

TEST(Commands, APauseEndsByItself) {
  PlannerWorld world = world_in("Idle");
  world.command("pause", "1 --until=8h");
  world.tick();
  world.push('b');
  const Transition held = world.tick();
  EXPECT_EQ(hold_reasons(held), std::vector<std::string>{"Paused"});
  ASSERT_TRUE(held.wake_at);
  world.now = *held.wake_at;
  world.pass();
  EXPECT_EQ(world.phase(), "Preparing");
  EXPECT_TRUE(world.core().holds.empty());
}

}  // namespace
}  // namespace freshet::testing
