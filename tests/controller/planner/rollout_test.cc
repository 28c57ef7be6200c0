// Whole rollouts: how many writes they take, what they write, and what a crash after any write
// changes (nothing).
#include <gtest/gtest.h>

#include <algorithm>

#include "controller/planner/turn.h"
#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

constexpr int kSteps = 4;  // of the world's plan

TEST(Rollout, AdoptionPinsWhatServesByNameAndKeepsForeignEntries) {
  PlannerWorld world;
  TrafficTarget preview{{}, true, Percent{}, TrafficTag("preview")};
  world.set_traffic({{{}, true, Percent::clamp(100), TrafficTag("live")}, preview});
  ASSERT_TRUE(world.run_to("Idle"));
  ASSERT_EQ(world.writes.size(), 1u);
  const Traffic expected = {entry(RevisionName("checkout-00001"), 100),
                            {{}, true, Percent{}, TrafficTag("live")},
                            preview};
  EXPECT_EQ(world.traffic(), expected);
  EXPECT_TRUE(world.core().adopted_latest_revision);
  EXPECT_EQ(world.core().stable->pair, (Pair{{{ContainerName("app"), digest_of('a')}}, "t:plain"}));
  EXPECT_EQ(world.seen.tracked.finalizers, std::vector<std::string>{std::string(kFinalizer)});
}

TEST(Rollout, ACleanOneWritesOnceAStepAndFourTimesMore) {
  PlannerWorld world;
  world.tick();  // adopted
  world.push('b');
  ASSERT_TRUE(world.run_to("Preparing"));
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(write_reasons(world.writes),
            (std::vector<std::string>{"adopt", "prepare", "step 1 of 4: 1 %", "step 2 of 4: 5 %",
                                      "step 3 of 4: 20 %", "step 4 of 4: 50 %", "bake at 90 %",
                                      "finish"}));
  EXPECT_EQ(world.writes.size(), static_cast<std::size_t>(kSteps + 4));
  EXPECT_EQ(world.core().stable->name, RevisionName("checkout-00002"));
  EXPECT_EQ(world.traffic(), (Traffic{entry(RevisionName("checkout-00002"), 100)}));
  ASSERT_EQ(world.seen.memo.history.size(), 1u);
  EXPECT_EQ(world.seen.memo.history.front().outcome, "Promoted");
}

TEST(Rollout, IdleWritesNothing) {
  PlannerWorld world = world_in("Idle");
  world.writes.clear();
  for (int i = 0; i < 100; ++i) {
    const Transition transition = world.tick(minutes(1));
    EXPECT_EQ(transition.explanation.reason, "Idle");
  }
  EXPECT_TRUE(world.writes.empty());
}

TEST(Rollout, WhatIsSaidWithAWriteIsSaidUntilSomethingHappens) {
  PlannerWorld world;
  const Explanation adopted = world.tick().explanation;
  EXPECT_NE(adopted.message.find("is what the followed tags name"), std::string::npos);
  EXPECT_EQ(world.pass().explanation, adopted) << "Knative has not seen the pin yet";
  EXPECT_EQ(world.tick().explanation, adopted);
  world.push('b');
  ASSERT_TRUE(world.run_to("Baking"));
  ASSERT_TRUE(world.run_to("Idle"));
  const Explanation promoted = world.pass().explanation;
  EXPECT_NE(promoted.message.find("checkout-00002"), std::string::npos);
  EXPECT_NE(promoted.message.find("is what the followed tags name"), std::string::npos);
  EXPECT_EQ(world.tick().explanation, promoted);
}

TEST(Rollout, ATemplateThatKnativeDoesNotResolveIsToldAfterAMoment) {
  PlannerWorld world;
  world.tick();
  const Transition soon = world.pass();
  EXPECT_EQ(soon.wake_at, world.now + seconds(5));
  world.now += seconds(5);
  EXPECT_NE(world.pass().explanation.message.find("has not resolved"), std::string::npos);
}

TEST(Rollout, ADigestIsAskedForByDigestAtZeroPercent) {
  PlannerWorld world = world_in("Idle");
  world.push('b');
  const ServiceWrite write = *world.pass().write;
  const std::string id = active_rollout(write.core->phase)->id;
  const SetImages images{
      {{ContainerName("app"), "registry.test/acme/checkout:1.4@" + digest_of('b').get()}}, id, id};
  EXPECT_EQ(write.template_change, TemplateChange(images));
  const Traffic expected = {entry(RevisionName("checkout-00001"), 100),
                            {{}, true, Percent{}, TrafficTag("freshet")}};
  EXPECT_EQ(write.traffic, expected);
}

TEST(Rollout, WhatKeepsTheCandidatesPodsFromStartingIsTold) {
  PlannerWorld world = world_in("Preparing");
  world.seen.candidate_pods = PodFacts{2, 0, 0, false, true, "ImagePullBackOff: no such image"};
  EXPECT_NE(world.pass().explanation.message.find("Ready: ImagePullBackOff: no such image"),
            std::string::npos);
}

// `kubectl apply` of the first file, which names its Revision: Knative has that one already.
TEST(Rollout, AnOldRevisionThatKnativeTakesAgainByItsNameIsNoCandidate) {
  PlannerWorld world;
  world.tick();
  world.push('b');
  ASSERT_TRUE(world.run_to("Preparing"));
  ASSERT_TRUE(world.run_to("Idle"));
  world.apply_template("plain", "registry.test/acme/checkout:1.4");
  world.settle();
  world.seen.revisions.erase(RevisionName("checkout-00003"));
  world.service().byo_revision_name = "checkout-00001";
  world.service().latest_created = world.service().latest_ready = RevisionName("checkout-00001");
  world.writes.clear();
  for (int i = 0; i < 20; ++i) world.tick(minutes(1));
  EXPECT_TRUE(world.writes.empty());
  world.push('c');
  EXPECT_TRUE(world.run_to("Preparing"));
}

TEST(Rollout, ARejectionExpiresAndAnotherDigestIsNotBlocked) {
  PlannerWorld world = world_in("Shifting");
  world.verdict = VerdictKind::kRollback;
  ASSERT_TRUE(world.run_to("Idle"));
  world.verdict = VerdictKind::kPromote;
  world.push('c');
  EXPECT_TRUE(world.run_to("Preparing"));
  EXPECT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.core().stable->pair.digests.begin()->second, digest_of('c'));
  world.push('b');
  world.tick();
  EXPECT_EQ(world.phase(), "Idle");
  world.now += days(8);
  world.tick();
  EXPECT_EQ(world.phase(), "Preparing");
}

// Found on the real control plane: the Service's status has the new generation some moments before
// it names the new Revision.
TEST(Rollout, AnImageThatAPersonWritesByDigestWaitsForItsOwnRevision) {
  PlannerWorld world = world_in("Idle");
  const RevisionName before = world.core().stable->name;
  world.apply_template("plain", "registry.test/acme/checkout@" + digest_of('d').get());
  world.service().observed_generation = world.service().generation;
  EXPECT_FALSE(world.pass().write.has_value());
  world.tick();
  ASSERT_EQ(world.phase(), "Preparing");
  EXPECT_NE(*world.candidate(), before);
}

TEST(Rollout, ADeferredPairIsTriedAgainAfterTenMinutesThenOneHourThenSix) {
  PlannerWorld world = world_in("Preparing");
  world.new_revisions = Tri::kFalse;
  for (const Duration pause :
       {Duration(minutes(10)), Duration(hours(1)), Duration(hours(6)), Duration(hours(6))}) {
    world.now += minutes(10);  // readyWithin
    world.tick();
    ASSERT_EQ(world.phase(), "Retreating");
    const TimePoint since = world.now;
    EXPECT_EQ(world.seen.memo.deferred.front().until, since + pause);
    ASSERT_TRUE(world.run_to("Idle"));
    world.tick();
    EXPECT_EQ(world.phase(), "Idle");
    EXPECT_EQ(world.look().wake_at, since + pause);
    world.now = since + pause;
    world.tick();
    ASSERT_EQ(world.phase(), "Preparing");
  }
}

TEST(Rollout, APersonsWaitIsNotCountedForTheDeadline) {
  PlannerWorld world = world_in("Shifting");
  world.seen.tracked.spec.rollout.when_inconclusive = WhenInconclusive::kRollBack;
  world.command("pause", "1 month end");
  world.tick();
  world.tick(hours(9));
  EXPECT_EQ(world.phase(), "Shifting");
  world.command("resume", "2");
  world.tick();
  EXPECT_GE(active_rollout(world.core().phase)->held, hours(9));
  world.tick(hours(5));
  EXPECT_EQ(world.phase(), "Shifting");
  world.tick(hours(1));
  EXPECT_EQ(world.phase(), "Retreating");
}

TEST(Rollout, PercentsThatAPersonPutBackAreWaitedForNoMore) {
  PlannerWorld world = world_in("Shifting");
  world.facts.clear();
  const Traffic ours = world.traffic();
  world.set_traffic({entry(RevisionName("checkout-00001"), 100)});
  for (int i = 0; i < 5; ++i) world.tick();
  EXPECT_EQ(std::ranges::count(world.facts, "ForeignEdit", &Fact::reason), 1) << "alerted once";
  EXPECT_TRUE(world.seen.memo.waiting_since);
  world.set_traffic(ours);
  world.tick();
  EXPECT_FALSE(world.seen.memo.waiting_since);
  EXPECT_EQ(world.seen.memo.step_since, world.now) << "evidence of this split starts again";
}

TEST(Rollout, BeforePromotionWaitsForAPersonAtTheLastStep) {
  PlannerWorld world = world_in("Idle");
  world.seen.tracked.spec.rollout.approval = Approval::kBeforePromotion;
  world.verdict = VerdictKind::kPromote;
  world.push('b');
  ASSERT_TRUE(world.run_to("Shifting", kSteps - 1));
  for (int i = 0; i < 200; ++i) world.tick(minutes(1));
  EXPECT_EQ(hold_reasons(world.look()), std::vector<std::string>{"AwaitingApproval"});
  world.command("promote", "1 checked");
  world.tick();
  EXPECT_EQ(world.phase(), "Baking");
  EXPECT_GE(active_rollout(world.core().phase)->held, hours(3));
  EXPECT_TRUE(world.run_to("Idle"));
}

TEST(Rollout, ReadinessOnlyGoesOnByTimeAndReadinessAlone) {
  PlannerWorld world = world_in("Idle");
  world.seen.tracked.spec.analysis.mode = AnalysisMode::kReadinessOnly;
  world.judged = false;
  world.push('b');
  ASSERT_TRUE(world.run_to("Baking"));
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.core().stable->pair.digests.begin()->second, digest_of('b'));
}

TEST(Rollout, WithoutAPlaceItWaitsInTheQueueAndSaysWhere) {
  PlannerWorld world = world_in("Idle");
  world.push('b');
  world.seen.others_first = planning::queued({3, 40, 50, 50, ""});
  const Transition transition = world.tick();
  EXPECT_EQ(hold_reasons(transition), std::vector<std::string>{"Queued"});
  EXPECT_EQ(transition.explanation.holds.front().message,
            "number 3 of 40 in the queue; 50 of 50 rollouts run");
  world.seen.others_first.reset();
  world.tick();
  EXPECT_EQ(world.phase(), "Preparing");
}

TEST(Rollout, OfWhatOthersRejectedIsHeldAndToldOnce) {
  PlannerWorld world = world_in("Idle");
  world.push('b');
  world.facts.clear();
  world.seen.others_first = OthersFirst{"FailureBudget", "shop/cart rejected it"};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(hold_reasons(world.tick()), std::vector<std::string>{"FailureBudget"});
  }
  EXPECT_EQ(world.facts, (std::vector<Fact>{{"WaveStopped", "shop/cart rejected it", true}}));
  EXPECT_TRUE(world.writes.empty() || world.writes.back().why != "prepare");
}

TEST(Rollout, HeldForOthersBeginsOnAPersonsWord) {
  struct PromoteRow {
    std::string sentence;
    std::string words;
    std::string before;  // of a person
    bool begins;
    std::string answer;
  };
  const std::vector<PromoteRow> rows = {
      {"begins", "1 --by=alice a fix", "", true, "begun by person:alice: a fix"},
      {"was meant for a step", "1 --step=2", "", false, "no rollout is active"},
      {"is paused", "1", "pause", false, "paused by person"},
  };
  for (const PromoteRow& row : rows) {
    PlannerWorld world = world_in("Idle");
    if (!row.before.empty()) {
      world.command(row.before, "0");
      world.pass();
    }
    world.push('b');
    world.seen.others_first = OthersFirst{"Wave", "for cart in shop"};
    world.command("promote", row.words);
    world.pass();
    const CommandAnswer& answer = world.seen.memo.answers.front();
    EXPECT_EQ(world.phase(), row.begins ? "Preparing" : "Idle") << row.sentence;
    EXPECT_EQ(answer.accepted, row.begins) << row.sentence;
    EXPECT_NE(answer.sentence.find(row.answer), std::string::npos) << answer.sentence;
  }
}

}  // namespace
}  // namespace freshet::testing
