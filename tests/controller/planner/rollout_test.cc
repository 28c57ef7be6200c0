// Whole rollouts: how many writes they take, what they write, and what a crash after any write
// changes (nothing).
#include <gtest/gtest.h>

#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

constexpr int kSteps = 4;  // of the world's plan

std::vector<std::string> reasons(const std::vector<ServiceWrite>& writes) {
  std::vector<std::string> out;
  for (const ServiceWrite& write : writes) out.push_back(write.why);
  return out;
}

int highest_share(const PlannerWorld& world, const RevisionName& name) {
  int highest = 0;
  for (const ServiceWrite& write : world.writes) {
    if (write.traffic) highest = std::max(highest, share_of(*write.traffic, name));
  }
  return highest;
}

TEST(Rollout, AdoptionPinsWhatServesByNameAndKeepsForeignEntries) {
  PlannerWorld world;
  TrafficTarget preview{{}, true, Percent{}, TrafficTag("preview")};
  world.set_traffic({{{}, true, Percent::clamp(100), TrafficTag("live")}, preview});
  ASSERT_TRUE(world.run_to("Idle"));
  ASSERT_EQ(world.writes.size(), 1u);
  const Traffic expected = {entry(RevisionName("checkout-00001"), 100),
                            {{}, true, Percent{}, TrafficTag("live")}, preview};
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
  EXPECT_EQ(reasons(world.writes),
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

TEST(Rollout, ADigestIsAskedForByDigestAtZeroPercent) {
  PlannerWorld world = world_in("Idle");
  world.push('b');
  const ServiceWrite write = *world.pass().write;
  const std::string id = active_rollout(write.core->phase)->id;
  const SetImages images{{{ContainerName("app"),
                           "registry.test/acme/checkout:1.4@" + digest_of('b').get()}}, id, id};
  EXPECT_EQ(write.template_change, TemplateChange(images));
  const Traffic expected = {entry(RevisionName("checkout-00001"), 100),
                            {{}, true, Percent{}, TrafficTag("freshet")}};
  EXPECT_EQ(write.traffic, expected);
}

TEST(Rollout, ARollbackTakesTwoWritesAndTheTemplateIsStablesAgain) {
  PlannerWorld world = world_in("Shifting");
  const std::string hash = world.core().stable->pair.template_hash;
  world.writes.clear();
  world.verdict = VerdictKind::kRollback;
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(reasons(world.writes),
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

TEST(Rollout, ADeferredPairIsTriedAgainAfterTenMinutesThenOneHourThenSix) {
  PlannerWorld world = world_in("Preparing");
  world.new_revisions = Tri::kFalse;
  for (const Duration pause : {Duration(minutes(10)), Duration(hours(1)), Duration(hours(6)),
                               Duration(hours(6))}) {
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

TEST(Rollout, ATemplateEditIsJudgedWithoutATemplateWrite) {
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

TEST(Rollout, ARejectedTemplateIsReplacedByStablesWithItsDigest) {
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

TEST(Rollout, ATemplateThatAPersonChangedAgainIsNotReverted) {
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

TEST(Rollout, LeaveTemplateHoldsTheRejectedTemplate) {
  PlannerWorld world = world_in("Idle");
  world.seen.tracked.spec.rollout.on_rollback = OnRollback::kLeaveTemplate;
  world.edit_template("slow");
  world.verdict = VerdictKind::kRollback;
  ASSERT_TRUE(world.run_to("Retreating"));
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.service().template_hash, "t:slow");
  EXPECT_EQ(hold_reasons(world.tick()), std::vector<std::string>{"TemplateRejected"});
}

TEST(Rollout, TheSupersedingDigestFollowsTheRetreat) {
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

TEST(Rollout, AnotherImageThanTheIntendedIsTakenBackAndDeferred) {
  PlannerWorld world = world_in("Preparing");
  world.revision(*world.candidate()).digests = {{ContainerName("app"), digest_of('e')}};
  world.tick();
  EXPECT_EQ(world.phase(), "Retreating");
  EXPECT_EQ(std::get<Retreating>(world.core().phase).why, RetreatWhy::kDigestMismatch);
  EXPECT_EQ(world.seen.memo.deferred.size(), 1u);
}

TEST(Rollout, ACrashedCandidateWithAForeignTagDoesNotBlockTheRetreat) {
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

TEST(Rollout, AForeignEntryThatBlocksTheRetreatIsParkedAfterTenSeconds) {
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

TEST(Rollout, WithoutASlotItWaitsInTheQueueAndNamesItsPlace) {
  PlannerWorld world = world_in("Idle");
  world.push('b');
  world.seen.rollout_slot = false;
  world.seen.queue_place = 3;
  const Transition transition = world.tick();
  EXPECT_EQ(hold_reasons(transition), std::vector<std::string>{"Queued"});
  EXPECT_NE(transition.explanation.message.find("number 3"), std::string::npos);
  world.seen.rollout_slot = true;
  world.tick();
  EXPECT_EQ(world.phase(), "Preparing");
}

// A story, and the writes after which a controller may die: before the write arrives, after it but
// before anything is noted, or with everything that was ever noted gone.
enum class Crash { kBeforeWrite, kAfterWrite, kAfterWriteAndMemoLost };

struct End {
  std::string phase;
  Traffic traffic;
  std::optional<RevisionRef> stable;
  std::vector<Pair> rejected;
  std::string image;
  int highest = 0;
  bool operator==(const End&) const = default;
};

End run(VerdictKind verdict, int crash_at, Crash crash) {
  PlannerWorld world;
  world.tick();
  world.push('b');
  int writes = 0;
  for (int i = 0; i < 600; ++i) {
    world.now += seconds(5);
    world.settle();
    const bool bad = verdict == VerdictKind::kRollback && world.phase() == "Shifting" &&
                     std::get<Shifting>(world.core().phase).step == 1;
    world.verdict = bad ? VerdictKind::kRollback : VerdictKind::kPromote;
    Transition transition = world.look();
    if (transition.write && writes++ == crash_at) {
      if (crash == Crash::kBeforeWrite) continue;
      const Memo before = world.seen.memo;
      const auto mirror = world.seen.mirror;
      world.carry_out(transition);
      world.seen.memo = crash == Crash::kAfterWrite ? before : Memo{};
      world.seen.mirror = mirror;
      continue;
    }
    world.carry_out(transition);
  }
  End end{world.phase(), world.traffic(), world.core().stable, {},
          world.service().containers.front().image,
          highest_share(world, RevisionName("checkout-00002"))};
  for (const Rejection& rejection : world.core().rejected) end.rejected.push_back(rejection.pair);
  return end;
}

TEST(Rollout, ACrashAtAnyWriteReachesTheSameEnd) {
  for (const VerdictKind verdict : {VerdictKind::kPromote, VerdictKind::kRollback}) {
    const End expected = run(verdict, -1, Crash::kBeforeWrite);
    EXPECT_EQ(expected.phase, "Idle");
    for (int at = 0; at < kSteps + 4; ++at) {
      for (const Crash crash :
           {Crash::kBeforeWrite, Crash::kAfterWrite, Crash::kAfterWriteAndMemoLost}) {
        EXPECT_EQ(run(verdict, at, crash), expected)
            << to_string(verdict) << ", write " << at << ", crash " << static_cast<int>(crash);
      }
    }
  }
}

}  // namespace
}  // namespace freshet::testing
