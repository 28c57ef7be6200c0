// From intervals to verdicts: tables of counts and what they ask for.
#include <gtest/gtest.h>

#include <cmath>

#include "base/text.h"
#include "tests/analysis/judging.h"

namespace freshet {
namespace {

TEST(Judge, GivesTheVerdictThatTheCountsAskFor) {
  struct Row {
    const char* name;
    ArmCounts canary;
    ArmCounts stable;
    int intervals;
    JudgeContext context;
    VerdictKind expected;
  };
  const Row rows[] = {
      {"nothing read yet", {}, {}, 0, at_percent(10, true), VerdictKind::kContinue},
      {"many errors are rolled back at the first step",
       {50, 10},
       {450, 1},
       5,
       at_percent(10, true),
       VerdictKind::kRollback},
      {"two intervals never suffice, the cap wants three",
       {50, 50},
       {450, 0},
       2,
       at_percent(10, true),
       VerdictKind::kContinue},
      {"above the first step two such intervals reduce",
       {50, 50},
       {450, 0},
       2,
       at_percent(10),
       VerdictKind::kReduce},
      {"three rank intervals roll back",
       {50, 50},
       {450, 0},
       4,
       at_percent(10),
       VerdictKind::kRollback},
      {"good traffic advances", {50, 0}, {450, 1}, 60, at_percent(10), VerdictKind::kAdvance},
      {"good traffic promotes from the last step",
       {250, 0},
       {250, 0},
       60,
       at_percent(50, false, true),
       VerdictKind::kPromote},
      {"good traffic that is too little yet waits",
       {5, 0},
       {45, 0},
       60,
       at_percent(10),
       VerdictKind::kContinue},
      {"a shared outage is nobody's fault",
       {50, 25},
       {450, 225},
       60,
       at_percent(10),
       VerdictKind::kContinue},
  };
  AnalysisSettings settings;
  for (const Row& row : rows) {
    const Evidence e = after(settings, row.intervals, row.canary, row.stable);
    const Verdict v = judged(e, settings, row.context);
    if (std::string_view(row.name).starts_with("a shared outage")) {
      EXPECT_NE(v.kind, VerdictKind::kRollback) << row.name;
      EXPECT_NE(v.kind, VerdictKind::kReduce) << row.name;
      continue;
    }
    EXPECT_EQ(to_string(v.kind), to_string(row.expected)) << row.name << ": " << v.sentence;
  }
}

TEST(Judge, WhileBakingOnlyEvidenceAgainstMatters) {
  AnalysisSettings settings;
  settings.stable_error_rate = 0.002;
  JudgeContext baking = at_percent(95);
  baking.baking = true;
  const Evidence good = after(settings, 60, {475, 1}, {25, 0}, 95);
  EXPECT_EQ(judged(good, settings, baking).kind, VerdictKind::kContinue);
  EXPECT_TRUE(judged(good, settings, baking).sentence.starts_with("baking: "));
  // Both arms fail alike: the arms cannot tell, but stable's own hour can.
  const Evidence both = after(settings, 60, {475, 47}, {25, 3}, 95);
  const Verdict v = judged(both, settings, baking);
  EXPECT_EQ(v.kind, VerdictKind::kReduce) << v.sentence;
}

TEST(Judge, ASlowerCanaryIsRolledBackForItsLatency) {
  const AnalysisSettings settings = with_latency();
  const ArmCounts canary{50, 0, {{0.1, 40}, {0.25, 30}, {0.5, 20}}, 0};
  const ArmCounts stable{450, 0, {{0.1, 45}, {0.25, 9}, {0.5, 2}}, 0};
  const Verdict v = judged(after(settings, 10, canary, stable), settings, at_percent(10, true));
  EXPECT_EQ(v.kind, VerdictKind::kRollback);
  EXPECT_TRUE(v.metric.starts_with("latency")) << v.metric;
  EXPECT_NE(v.sentence.find("requests take longer than " + v.metric.substr(8) + " s"),
            std::string::npos)
      << v.sentence;
}

TEST(Judge, AShiftOfLessThanOneBucketIsNobodysRegression) {
  const AnalysisSettings settings = with_latency();
  // All of the canary's requests passed the first bound, as many as stable's within it.
  const ArmCounts canary{50, 0, {{0.1, 50}, {0.25, 2}, {0.5, 0}}, 0};
  const ArmCounts stable{450, 0, {{0.1, 45}, {0.25, 18}, {0.5, 0}}, 0};
  const Verdict v = judged(after(settings, 200, canary, stable), settings, at_percent(10));
  EXPECT_NE(v.kind, VerdictKind::kRollback);
  EXPECT_NE(v.kind, VerdictKind::kReduce);
  EXPECT_LT(v.rollback_evidence, 0.5);
}

TEST(Judge, LatencyOfYoungInstancesIsNoEvidenceButTheirErrorsAre) {
  AnalysisSettings settings = with_latency();
  const ArmCounts cold{50, 0, {{0.1, 50}, {0.25, 50}, {0.5, 50}}, 50};
  const ArmCounts stable{450, 0, {{0.1, 45}, {0.25, 9}, {0.5, 2}}, 0};
  const Verdict warming = judged(after(settings, 9, cold, stable), settings, at_percent(10));
  EXPECT_EQ(warming.kind, VerdictKind::kContinue);
  EXPECT_EQ(warming.holds, std::vector<AnalysisHold>{AnalysisHold::kWarmingUp});
  ArmCounts failing = cold;
  failing.errors = 25;
  EXPECT_EQ(judged(after(settings, 9, failing, stable), settings, at_percent(10)).kind,
            VerdictKind::kRollback);
  settings.warm_up_off = true;  // stable's own are as young: like with like
  EXPECT_EQ(judged(after(settings, 9, cold, stable), settings, at_percent(10)).kind,
            VerdictKind::kRollback);
}

TEST(Judge, AStableThatFailsFastDoesNotMakeTheCanaryLookSlow) {
  const AnalysisSettings settings = with_latency();
  // Half of stable's requests fail at once; of the others as many are slow as of the canary's.
  const ArmCounts canary{100, 0, {{0.1, 40}, {0.25, 20}, {0.5, 10}}, 0};
  const ArmCounts stable{900, 450, {{0.1, 180}, {0.25, 90}, {0.5, 45}}, 0};
  const Verdict v = judged(after(settings, 100, canary, stable), settings, at_percent(10));
  EXPECT_LT(v.rollback_evidence, 0) << v.sentence;
}

// What mends production must not wait for the latency of what is broken.
TEST(Judge, AHealthyCanaryGoesOnBesideAStableThatFailsAtOnce) {
  const AnalysisSettings settings = with_latency();
  const ArmCounts canary{50, 0, {{0.1, 8}, {0.25, 3}, {0.5, 1}}, 0};
  for (const std::int64_t failed : {450, 300, 100}) {
    const ArmCounts stable{450, failed, {{0.1, (450 - failed) / 6}, {0.25, 0}, {0.5, 0}}, 0};
    const Verdict v = judged(after(settings, 40, canary, stable), settings, at_percent(10, true));
    EXPECT_EQ(v.kind, VerdictKind::kAdvance) << failed << ": " << v.sentence;
  }
}

TEST(Judge, SaysWhyEvidenceDoesNotGrow) {
  const AnalysisSettings settings;
  const Evidence none = started(settings);
  EXPECT_TRUE(judge(none, settings, at_percent(1, true), kStart + seconds(10)).holds.empty());
  EXPECT_EQ(judge(none, settings, at_percent(1, true), kStart + minutes(5)).holds,
            std::vector<AnalysisHold>{AnalysisHold::kStaleMetrics});
  const Evidence idle = after(settings, 20, {0, 0}, {500, 1});
  EXPECT_EQ(judged(idle, settings, at_percent(1, true)).holds,
            std::vector<AnalysisHold>{AnalysisHold::kNoTraffic});
  const Evidence good = after(settings, 60, {50, 0}, {450, 1});
  const Verdict stale = judge(good, settings, at_percent(10), *good.last_end + minutes(10));
  EXPECT_EQ(stale.kind, VerdictKind::kContinue);
  EXPECT_EQ(stale.holds, std::vector<AnalysisHold>{AnalysisHold::kStaleMetrics});
  EXPECT_EQ(stale.sentence, "held: no metrics since " + format_rfc3339(*good.last_end));
}

TEST(Judge, HoldsForTrafficWhereNobodyHasAPod) {
  const AnalysisSettings settings;
  const Evidence good = after(settings, 60, {50, 0}, {450, 1});
  const TimePoint now = *good.last_end + hours(1);
  const auto holds_when = [&](std::optional<TimePoint> without_pods) {
    JudgeContext context = at_percent(10);
    context.without_pods = without_pods;
    return judge(good, settings, context, now).holds;
  };
  using Holds = std::vector<AnalysisHold>;
  EXPECT_EQ(holds_when(now), Holds{AnalysisHold::kNoTraffic});
  EXPECT_EQ(holds_when(now - kStaleAfter), Holds{AnalysisHold::kNoTraffic})
      << "a pod that has just come has shown nothing yet";
  EXPECT_EQ(holds_when(now - kStaleAfter - seconds(1)), Holds{AnalysisHold::kStaleMetrics})
      << "nothing of late says so";
  JudgeContext context = at_percent(10);
  context.without_pods = now;
  const Verdict v = judge(good, settings, context, now);
  EXPECT_TRUE(v.asleep);
  EXPECT_EQ(v.kind, VerdictKind::kContinue);
  EXPECT_EQ(v.sentence,
            "held: both Revisions are scaled to zero, canary 0/3000 errors against "
            "60/27000");
  context.without_pods = *good.last_end;
  EXPECT_TRUE(judge(good, settings, context, *good.last_end + seconds(5)).holds.empty())
      << "what was read is fresh";
}

TEST(Judge, TellsInASentenceWhatItWaitsFor) {
  AnalysisSettings settings;
  settings.errors.promote.plus = 0.001;
  const Evidence e = after(settings, 20, {71, 0}, {1349, 0}, 5);
  JudgeContext context = at_percent(5);
  const Verdict v = judged(e, settings, context);
  EXPECT_EQ(v.sentence, "waiting: " + with_thousands(1420) + " of about " +
                            with_thousands(1420 + v.needed) +
                            " requests, canary 0/1420 errors against 0/26980");
  EXPECT_GT(v.needed, 1000);
}

TEST(Judge, NeededFallsAsEvidenceGrowsAndEndsNearTheEstimate) {
  const AnalysisSettings settings;
  std::int64_t before = 1'000'000;
  for (int n = 1; n <= 20; n += 4) {
    const Verdict v = judged(after(settings, n, {50, 0}, {450, 0}), settings, at_percent(10));
    if (v.kind != VerdictKind::kContinue) break;
    EXPECT_LT(v.needed, before);
    before = v.needed;
  }
  const std::int64_t estimate = requests_needed(0, {1.5, 0.003}, 0.1, 0.05);
  EXPECT_NEAR(static_cast<double>(estimate), std::log(20) / 0.003, 450);
}

TEST(Judge, EvidenceForIsEarnedAnewAtEachStepAndEvidenceAgainstCarriesOver) {
  const AnalysisSettings settings;
  Evidence e = after(settings, 60, {50, 1}, {450, 1});
  const Verdict before = judged(e, settings, at_percent(10));
  e = start_step(std::move(e), *e.last_end);
  const Verdict later = judged(e, settings, at_percent(20));
  EXPECT_EQ(later.rollback_evidence, before.rollback_evidence);
  EXPECT_EQ(later.promote_evidence.at("errors"), 0);
  EXPECT_EQ(later.canary, before.canary);
}

// One interval may not condemn; while it is suspect nothing is let through, the first step neither.
TEST(Judge, WhatIsSuspectIsReducedOrStaysAtItsFirstStep) {
  const AnalysisSettings settings;
  Evidence e = after(settings, 120, {1000, 2}, {9000, 18});
  ASSERT_EQ(judged(e, settings, at_percent(10, true)).kind, VerdictKind::kAdvance);
  e = advance(std::move(e), interval(120, {1000, 40}, {9000, 18}), settings);
  EXPECT_EQ(judged(e, settings, at_percent(10)).kind, VerdictKind::kReduce);
  const Verdict first = judged(e, settings, at_percent(10, true));
  EXPECT_EQ(first.kind, VerdictKind::kContinue);
  EXPECT_TRUE(first.leaning_against);
  EXPECT_NE(first.sentence.find("suspect"), std::string::npos) << first.sentence;
}

TEST(Judge, AChangeOfPercentStartsTheStepAnewByItself) {
  const AnalysisSettings settings;
  Evidence e = after(settings, 60, {50, 0}, {450, 1});
  e = advance(std::move(e), interval(60, {100, 0}, {400, 1}, 20), settings);
  EXPECT_EQ(e.step_canary, (ArmTotals{100, 0}));
  EXPECT_EQ(e.canary, (ArmTotals{3100, 0}));
}

TEST(Judge, AnIntervalThatBeganBeforeTheStepTellsNothingInFavour) {
  const AnalysisSettings settings;
  Evidence e = start_step(fresh_evidence("uid", settings), kStart + seconds(5));
  e = advance(std::move(e), interval(0, {50, 0}, {450, 1}), settings);
  EXPECT_EQ(e.step_canary, ArmTotals{});
  EXPECT_EQ(e.canary, (ArmTotals{50, 0}));
  EXPECT_EQ(judged(e, settings, at_percent(10)).promote_evidence.at("errors"), 0);
}

}  // namespace
}  // namespace freshet
