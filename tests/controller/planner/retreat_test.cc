// Retreats to their end: traffic first, then the template, and what others put in the way.
#include <gtest/gtest.h>

#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

TEST(Retreat, ARollbackTakesTwoWritesAndTheTemplateIsStablesAgain) {
  PlannerWorld world = world_in("Shifting");
  const std::string hash = world.core().stable->pair.template_hash;
  world.writes.clear();
  world.verdict = VerdictKind::kRollback;
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(write_reasons(world.writes),
            (std::vector<std::string>{"retreat (Verdict)", "template revert"}));
  EXPECT_TRUE(world.writes.front().urgent);
  EXPECT_EQ(world.writes.front().traffic, (Traffic{entry(RevisionName("checkout-00001"), 100)}));
  EXPECT_EQ(world.service().containers.front().image,
            "registry.test/acme/checkout:1.4@" + digest_of('a').get());
  EXPECT_EQ(world.service().template_hash, hash);
  EXPECT_EQ(world.service().template_rollout_id, std::nullopt);
  world.writes.clear();
  for (int i = 0; i < 50; ++i) world.tick(minutes(1));
  EXPECT_TRUE(world.writes.empty()) << "the tag still names the rejected digest";
  EXPECT_EQ(world.look().explanation.reason, "Held");
}

// A build that failed only once it was stable: nothing that contains it is programmed.
TEST(Retreat, BesideABrokenStableOneThatHadNoRequestIsLeftAtOnceAndTheNextIsPrepared) {
  PlannerWorld world = world_in("Idle");
  const RevisionName stable = world.core().stable->name;
  world.make_ready(stable, Tri::kFalse, "ExitCode1", "out of memory");
  world.service().routes_ready.status = Tri::kFalse;
  world.programs = false;
  world.new_revisions = Tri::kFalse;
  world.push('b');
  ASSERT_TRUE(world.run_to("Preparing"));
  ASSERT_TRUE(world.run_to("Idle")) << "no request has to be taken back";
  world.new_revisions = Tri::kTrue;
  world.push('c');
  ASSERT_TRUE(world.run_to("Preparing"));
  for (int i = 0; i < 20; ++i) world.tick();
  EXPECT_EQ(world.phase(), "Preparing") << "held for a person";
  EXPECT_EQ(hold_reasons(world.look()), std::vector<std::string>{"StableUnready"});
  world.command("promote", "1 --full stable is broken");
  world.pass();
  EXPECT_EQ(world.phase(), "Idle");
  EXPECT_NE(world.core().stable->name, stable);
}

TEST(Retreat, WhereStableWasDeletedAndTheCandidateCrashedTheNextIsPrepared) {
  PlannerWorld world = world_in("Shifting");
  const RevisionName stable = world.core().stable->name;
  world.programs = false;
  world.seen.revisions.erase(stable);
  world.make_ready(*world.candidate(), Tri::kFalse, "ExitCode1", "crashed");
  ASSERT_TRUE(world.run_to("Retreating"));
  ASSERT_TRUE(world.run_to("Idle")) << "a retreat to it would never end";
  EXPECT_EQ(world.core().rejected.size(), 1u);
  world.push('c');
  EXPECT_TRUE(world.run_to("Preparing"));
}

TEST(Retreat, ToAStableThatDoesNotRunSaysThatItIsPaused) {
  PlannerWorld world = world_in("Retreating");
  world.programs = false;
  world.make_ready(world.core().stable->name, Tri::kFalse, "ExitCode1", "out of memory");
  world.command("pause", "1 a look first");
  world.pass();
  const auto holds = world.look().explanation.holds;
  ASSERT_EQ(holds.size(), 1u) << "a pause stops no retreat, only the promote that would end it";
  EXPECT_EQ(holds.front().reason, "StableUnready");
  EXPECT_TRUE(holds.front().message.find("resume first") != std::string::npos);
}

TEST(Retreat, ATemplateEditIsJudgedWithoutATemplateWrite) {
  PlannerWorld world = world_in("Idle");
  world.writes.clear();
  world.verdict = VerdictKind::kPromote;
  world.edit_template("fast");
  ASSERT_TRUE(world.run_to("Shifting"));
  ASSERT_TRUE(world.run_to("Idle"));
  for (const ServiceWrite& write : world.writes) {
    EXPECT_EQ(write.template_change, TemplateChange(KeepTemplate{})) << write.why;
  }
  EXPECT_EQ(world.core().stable->pair.template_hash, "t:fast");
}

TEST(Retreat, ARejectedTemplateIsReplacedByStablesWithItsDigest) {
  PlannerWorld world = world_in("Idle");
  world.edit_template("slow");
  world.verdict = VerdictKind::kRollback;
  ASSERT_TRUE(world.run_to("Retreating"));
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.service().template_hash, "t:plain");
  EXPECT_EQ(world.service().containers.front().image,
            "registry.test/acme/checkout:1.4@" + digest_of('a').get());
  world.writes.clear();
  world.tick();
  EXPECT_TRUE(world.writes.empty());
}

TEST(Retreat, ATemplateThatAPersonChangedAgainIsNotReverted) {
  PlannerWorld world = world_in("Idle");
  world.edit_template("slow");
  world.verdict = VerdictKind::kRollback;
  ASSERT_TRUE(world.run_to("Retreating"));
  world.edit_template("repaired");
  world.verdict = VerdictKind::kPromote;
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.service().template_hash, "t:repaired");
  ASSERT_TRUE(world.run_to("Preparing"));
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.core().stable->pair.template_hash, "t:repaired");
}

TEST(Retreat, LeaveTemplateHoldsTheRejectedTemplate) {
  PlannerWorld world = world_in("Idle");
  world.seen.tracked.spec.rollout.on_rollback = OnRollback::kLeaveTemplate;
  world.edit_template("slow");
  world.verdict = VerdictKind::kRollback;
  ASSERT_TRUE(world.run_to("Retreating"));
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.service().template_hash, "t:slow");
  EXPECT_EQ(hold_reasons(world.tick()), std::vector<std::string>{"TemplateRejected"});
}

// Knative is slower than the person: it makes Revisions of the newest template only.
TEST(Retreat, ACandidateWhoseTemplateWasReplacedBeforeItWasMadeIsNotWaitedFor) {
  PlannerWorld world = world_in("Idle");
  world.push('b');
  world.pass();
  ASSERT_EQ(world.phase(), "Preparing");
  world.edit_template("fast");
  EXPECT_EQ(world.pass().explanation.reason, "WaitingForReady") << "Knative has not looked yet";
  world.tick();
  ASSERT_EQ(world.phase(), "Retreating");
  world.verdict = VerdictKind::kPromote;
  ASSERT_TRUE(world.run_to("Preparing"));
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.core().stable->pair, (Pair{{{ContainerName("app"), digest_of('b')}}, "t:fast"}));
  EXPECT_EQ(world.seen.memo.history.back().outcome, "Superseded");
  EXPECT_TRUE(world.seen.memo.deferred.empty());
  EXPECT_TRUE(world.core().rejected.empty());
}

TEST(Retreat, TheSupersedingDigestFollowsTheRetreat) {
  PlannerWorld world = world_in("Shifting");
  world.verdict = VerdictKind::kPromote;
  world.seen.tracked.spec.rollout.when_superseded = WhenSuperseded::kSupersede;
  world.push('c');
  ASSERT_TRUE(world.run_to("Idle"));
  ASSERT_TRUE(world.run_to("Preparing"));
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.core().stable->pair.digests.begin()->second, digest_of('c'));
  EXPECT_EQ(world.seen.memo.history.back().outcome, "Superseded");
}

TEST(Retreat, AnotherImageThanTheIntendedIsTakenBackAndDeferred) {
  PlannerWorld world = world_in("Preparing");
  world.revision(*world.candidate()).digests = {{ContainerName("app"), digest_of('e')}};
  world.tick();
  EXPECT_EQ(world.phase(), "Retreating");
  EXPECT_EQ(std::get<Retreating>(world.core().phase).why, RetreatWhy::kDigestMismatch);
  EXPECT_EQ(world.seen.memo.deferred.size(), 1u);
}

TEST(Retreat, ACrashedCandidateWithAForeignTagDoesNotBlockTheRetreat) {
  PlannerWorld world = world_in("Shifting");
  Traffic traffic = world.traffic();
  const RevisionName candidate = *world.candidate();
  traffic.push_back(entry(candidate, 0, "peek"));
  world.set_traffic(traffic);
  world.make_ready(candidate, Tri::kFalse, "ExitCode7", "crashed");
  world.seen.candidate_pods = PodFacts{1, 0, 2, false, false, "exit 7"};
  world.tick();
  EXPECT_EQ(world.traffic(), (Traffic{entry(RevisionName("checkout-00001"), 100)}));
  EXPECT_EQ(world.core().parked, (std::vector<TrafficTarget>{entry(candidate, 0, "peek")}));
  ASSERT_TRUE(world.run_to("Idle"));
  world.tick();
  EXPECT_EQ(world.core().parked.size(), 1u);
  world.make_ready(candidate, Tri::kTrue);
  world.tick();
  EXPECT_TRUE(world.core().parked.empty());
  EXPECT_EQ(world.traffic().back(), entry(candidate, 0, "peek"));
}

TEST(Retreat, AForeignEntryThatBlocksTheRetreatIsParkedAfterTenSeconds) {
  PlannerWorld world = world_in("Shifting");
  Traffic traffic = world.traffic();
  traffic.push_back(entry(RevisionName("checkout-00000"), 0, "old"));
  world.set_traffic(traffic);
  world.verdict = VerdictKind::kRollback;
  world.tick();
  EXPECT_EQ(world.traffic().size(), 2u) << "kept beside the retreat";
  world.tick();
  EXPECT_EQ(world.core().parked.size(), 0u) << "not before ten seconds";
  world.tick();
  EXPECT_EQ(world.traffic(), (Traffic{entry(RevisionName("checkout-00001"), 100)}));
  EXPECT_EQ(world.core().parked.size(), 1u);
  EXPECT_TRUE(world.run_to("Idle"));
}

// A freeze of days keeps a Ready candidate in Preparing; then its pod's node is drained.
TEST(Retreat, OneThatWasReadyHasItsTimeAgainToBecomeSo) {
  PlannerWorld world = world_in("Preparing");
  world.command("pause", "1");
  world.pass();
  world.make_ready(*world.candidate(), Tri::kTrue);
  for (int i = 0; i < 3; ++i) world.tick(hours(20));
  ASSERT_EQ(world.phase(), "Preparing");
  world.make_ready(*world.candidate(), Tri::kFalse, "Deploying", "no pods");
  world.seen.candidate_pods = {1, 0, 0, true, false, "no nodes"};
  world.pass();
  world.now += minutes(4);
  world.pass();
  EXPECT_EQ(world.phase(), "Preparing");
  world.seen.candidate_pods.reset();
  world.now += minutes(5);
  world.pass();
  EXPECT_EQ(world.phase(), "Preparing");
  world.now += minutes(2);
  world.pass();
  EXPECT_EQ(world.phase(), "Retreating");
  EXPECT_NE(world.facts.back().message.find("it has not been Ready for 10m"), std::string::npos)
      << world.facts.back().message;
}

// Knative scales what did not become Ready in its time to zero, for good.
TEST(Retreat, ADeferredTemplateIsTriedAgainInANewRevision) {
  PlannerWorld world = world_in("Idle");
  world.new_revisions = Tri::kFalse;
  world.edit_template("fast");
  ASSERT_TRUE(world.run_to("Preparing"));
  const auto first = world.candidate();
  ASSERT_TRUE(first);
  world.now += minutes(10);
  world.tick();
  ASSERT_TRUE(world.run_to("Idle"));
  world.new_revisions = Tri::kTrue;
  world.now += minutes(10);
  world.tick();
  ASSERT_EQ(world.phase(), "Preparing");
  ASSERT_TRUE(world.run_to("Shifting", 0));
  EXPECT_NE(world.candidate(), first);
}

}  // namespace
}  // namespace freshet::testing
