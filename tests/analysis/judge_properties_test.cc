// What must hold of judging whatever the traffic.
#include <gtest/gtest.h>

#include "tests/analysis/judging.h"

namespace freshet {
namespace {

TEST(Judge, WhatIsNoNewSoundIntervalChangesNothing) {
  const AnalysisSettings settings;
  const Evidence e = after(settings, 5, {50, 0}, {450, 1});
  Interval missing = interval(5, {50, 50}, {450, 0});
  missing.missing = true;
  Interval negative = interval(5, {50, -1}, {450, 0});
  Interval impossible = interval(5, {50, 51}, {450, 0});
  Interval empty = interval(5, {50, 50}, {450, 0});
  empty.end = empty.start;
  for (const Interval& i : {missing, negative, impossible, empty, interval(4, {50, 50}, {0, 0})}) {
    EXPECT_EQ(advance(e, i, settings), e);
  }
}

TEST(Judge, NoTrafficIsNoEvidence) {
  const AnalysisSettings settings = with_latency();
  for (const auto& [canary, stable] :
       {std::pair<ArmCounts, ArmCounts>{{0, 0}, {0, 0}}, {{50, 50}, {0, 0}}}) {
    const Verdict v = judged(after(settings, 100, canary, stable), settings, at_percent(10));
    EXPECT_EQ(v.kind, VerdictKind::kContinue);
    EXPECT_LE(v.rollback_evidence, 0.0);
    for (const auto& [name, log_e] : v.promote_evidence) EXPECT_EQ(log_e, 0) << name;
  }
}

TEST(Judge, AnImprovementNeverRollsBack) {
  const AnalysisSettings settings = with_latency();
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    ArmTraffic traffic(seed);
    const ArmRates better{0.002, {{0.1, 0.2}, {0.25, 0.05}, {0.5, 0.01}}};
    const ArmRates worse{0.05, {{0.1, 0.5}, {0.25, 0.2}, {0.5, 0.1}}};
    Evidence e = started(settings);
    for (int i = 0; i < 360; ++i) {
      const TimePoint at = kStart + i * seconds(10);
      e = advance(std::move(e), traffic.interval(at, seconds(10), 50, 20, better, worse), settings);
      const VerdictKind kind = judged(e, settings, at_percent(20)).kind;
      ASSERT_NE(kind, VerdictKind::kRollback) << seed;
      ASSERT_NE(kind, VerdictKind::kReduce) << seed;
    }
  }
}

TEST(Judge, MoreErrorsOfTheCanaryNeverHelpIt) {
  const AnalysisSettings settings;
  double against = -1e9;
  double in_favour = 1e9;
  for (std::int64_t errors = 0; errors <= 50; ++errors) {
    const Verdict v = judged(after(settings, 20, {50, errors}, {450, 2}), settings, at_percent(10));
    EXPECT_GE(v.rollback_evidence, against);
    EXPECT_LE(v.promote_evidence.at("errors"), in_favour);
    against = v.rollback_evidence;
    in_favour = v.promote_evidence.at("errors");
  }
}

TEST(Judge, ABurstThatReducedDoesNotReduceForEver) {
  const AnalysisSettings settings;
  Evidence e = after(settings, 2, {50, 50}, {450, 0});
  ASSERT_EQ(judged(e, settings, at_percent(10)).kind, VerdictKind::kReduce);
  e = start_step(std::move(e), *e.last_end);
  EXPECT_EQ(judged(e, settings, at_percent(1, true)).kind, VerdictKind::kContinue);
  EXPECT_EQ(judged(e, settings, at_percent(5)).kind, VerdictKind::kContinue);
}

}  // namespace
}  // namespace freshet
