// Instances younger than the warm-up: when their latency is evidence, and when nothing passes for
// clean without it.
#include <gtest/gtest.h>

#include "tests/analysis/judging.h"

namespace freshet {
namespace {

// Bursts that scale to zero in between: no instance ever gets older than the warm-up.
const ArmCounts kSlow{50, 0, {{0.1, 50}, {0.25, 40}, {0.5, 30}}, 50};
const ArmCounts kGood{50, 0, {{0.1, 5}, {0.25, 1}, {0.5, 0}}, 50};
const ArmCounts kShortLived{450, 0, {{0.1, 45}, {0.25, 9}, {0.5, 2}}, 450};

ArmCounts with_young(ArmCounts arm, std::int64_t young) {
  arm.young = young;
  return arm;
}

TEST(YoungInstances, AreJudgedByLatencyWhereStablesAreAsYoung) {
  const AnalysisSettings settings = with_latency();
  const Evidence e = after(settings, 60, kSlow, kShortLived);
  const Verdict v = judged(e, settings, at_percent(10, true));
  EXPECT_EQ(v.kind, VerdictKind::kRollback) << v.sentence;
  EXPECT_TRUE(v.metric.starts_with("latency")) << v.metric;
}

TEST(YoungInstances, LetAGoodCanaryAdvanceWhereStablesAreAsYoung) {
  const AnalysisSettings settings = with_latency();
  const Evidence e = after(settings, 60, kGood, kShortLived);
  const Verdict v = judged(e, settings, at_percent(10, true));
  EXPECT_EQ(v.kind, VerdictKind::kAdvance) << v.sentence;
  EXPECT_TRUE(v.holds.empty());
}

TEST(YoungInstances, AreJudgedByObjectivesOnLatencyWhereAllOfStablesAreYoung) {
  AnalysisSettings settings = with_latency();
  settings.latency.rollback = {1000, 1};  // nothing of the comparison
  settings.objectives = {{0.5, 0.02}};
  const Verdict v = judged(after(settings, 60, kSlow, kShortLived), settings, at_percent(10, true));
  EXPECT_EQ(v.kind, VerdictKind::kRollback) << v.sentence;
  EXPECT_EQ(v.metric, "objective slower than 0.5s 2%");
}

// All of the canary's instances start cold; so do many of stable's, but not all. Compared by all of
// their requests a good build would look slow.
TEST(YoungInstances, AreNoEvidenceWhereManyOfStablesAreGrown) {
  const AnalysisSettings settings = with_latency();
  const ArmCounts cold{50, 0, {{0.1, 50}, {0.25, 50}, {0.5, 50}}, 50};
  const ArmCounts mixed{450, 0, {{0.1, 270}, {0.25, 270}, {0.5, 270}}, 270};
  const Verdict v = judged(after(settings, 60, cold, mixed), settings, at_percent(10, true));
  EXPECT_EQ(v.kind, VerdictKind::kContinue) << v.sentence;
  EXPECT_LT(v.rollback_evidence, 0);
  EXPECT_EQ(v.holds, std::vector<AnalysisHold>{AnalysisHold::kWarmingUp});
}

TEST(YoungInstances, OfStableAloneAreNoStandardByWhichAGrownCanaryIsCleared) {
  const AnalysisSettings settings = with_latency();
  const ArmCounts cold{450, 0, {{0.1, 450}, {0.25, 300}, {0.5, 200}}, 450};
  const Evidence e = after(settings, 60, with_young(kSlow, 0), cold);
  const Verdict v = judged(e, settings, at_percent(10, true));
  EXPECT_EQ(v.kind, VerdictKind::kContinue) << v.sentence;
  for (const auto& [claim, log_e] : v.promote_evidence) {
    if (claim.starts_with("latency")) {
      EXPECT_LE(log_e, 0) << claim;
    }
  }
}

TEST(YoungInstances, AreNotHeldAgainstStablesOwnHour) {
  AnalysisSettings settings = with_latency();
  settings.stable_error_rate = 0;
  settings.stable_slower = {{0.1, 0.1}, {0.25, 0.02}, {0.5, 0.005}};
  const ArmCounts cold{475, 0, {{0.1, 400}, {0.25, 300}, {0.5, 200}}, 475};
  const ArmCounts as_cold{25, 0, {{0.1, 21}, {0.25, 16}, {0.5, 11}}, 25};
  JudgeContext baking = at_percent(95);
  baking.baking = true;
  const Verdict v = judged(after(settings, 60, cold, as_cold, 95), settings, baking);
  EXPECT_EQ(v.kind, VerdictKind::kContinue) << v.sentence;
}

TEST(YoungInstances, AreRememberedWhileTheCanaryHasNoRequests) {
  const AnalysisSettings settings = with_latency();
  const ArmCounts grown = with_young(kShortLived, 0);
  Evidence e = after(settings, 9, kSlow, grown);
  e = advance(std::move(e), interval(9, {}, grown), settings);
  e = *evidence_from_json(evidence_to_json(e));
  EXPECT_EQ(judged(e, settings, at_percent(10)).holds,
            std::vector<AnalysisHold>{AnalysisHold::kWarmingUp});
  JudgeContext baking = at_percent(10);
  baking.baking = true;
  EXPECT_TRUE(judged(e, settings, baking)
                  .sentence.ends_with("; latency waits for instances to "
                                      "warm up"));
  // Stable's next requests are of young instances as well: there will be no others.
  e = advance(std::move(e), interval(10, {}, kShortLived), settings);
  EXPECT_TRUE(judged(e, settings, at_percent(10)).holds.empty());
  e = advance(std::move(e), interval(11, with_young(kGood, 0), grown), settings);
  EXPECT_TRUE(judged(e, settings, at_percent(10)).holds.empty());
}

}  // namespace
}  // namespace freshet
