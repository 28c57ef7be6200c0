// What a service promises, and incidents that are nobody's fault.
#include <gtest/gtest.h>

#include "tests/analysis/judging.h"

namespace freshet {
namespace {

AnalysisSettings promised(Objective objective) {
  AnalysisSettings settings = with_latency();
  // Margins so wide that nothing else is held against the canary.
  settings.errors = {{50, 0.5}, {60, 0.6}};
  settings.latency = {{50, 0.5}, {60, 0.6}};
  settings.objectives = {objective};
  return settings;
}

ArmCounts arm(std::int64_t requests, std::int64_t errors, std::int64_t slow) {
  return {requests, errors, {{0.1, slow}, {0.25, slow}, {0.5, slow}}, 0};
}

TEST(Objectives, ACanaryThatAloneBreaksOneIsRolledBack) {
  struct Row {
    const char* name;
    Objective objective;
    ArmCounts canary;
  };
  const Row rows[] = {
      {"objective errors 2%", {std::nullopt, 0.02}, arm(100, 5, 0)},
      {"objective slower than 0.5s 1%", {0.5, 0.01}, arm(100, 0, 5)},
  };
  for (const Row& row : rows) {
    const AnalysisSettings settings = promised(row.objective);
    const Evidence e = after(settings, 40, row.canary, arm(900, 1, 1));
    const Verdict v = judged(e, settings, at_percent(10, true));
    EXPECT_EQ(v.kind, VerdictKind::kRollback) << v.sentence;
    EXPECT_EQ(v.metric, row.name);
  }
}

TEST(Objectives, WithinOneAWorseCanaryIsNobodysBusinessOfIt) {
  const AnalysisSettings settings = promised({std::nullopt, 0.02});
  const Verdict v =
      judged(after(settings, 100, arm(100, 1, 0), arm(900, 1, 0)), settings, at_percent(10, true));
  EXPECT_LT(v.against.at("objective errors 2%"), 0);
}

TEST(Objectives, WhileBothArmsBreakOneNobodyIsBlamedAndNothingRaised) {
  const AnalysisSettings settings = promised({std::nullopt, 0.02});
  const Evidence e = after(settings, 100, arm(100, 10, 0), arm(900, 90, 0));
  const Verdict v = judged(e, settings, at_percent(10));
  EXPECT_EQ(v.kind, VerdictKind::kContinue);
  EXPECT_EQ(v.holds, std::vector<AnalysisHold>{AnalysisHold::kSharedIncident});
  EXPECT_EQ(v.sentence.rfind("held: stable fails as the candidate does", 0), 0U) << v.sentence;
}

TEST(Objectives, ACanaryThatMendsWhatStableBreaksMayGoOn) {
  const AnalysisSettings settings = promised({std::nullopt, 0.02});
  const Evidence e = after(settings, 100, arm(100, 0, 0), arm(900, 90, 0));
  EXPECT_EQ(judged(e, settings, at_percent(10)).kind, VerdictKind::kAdvance);
}

TEST(SharedIncident, AgainstStablesOwnHourHoldsAndEndsSoonAfterIt) {
  AnalysisSettings settings;
  settings.stable_error_rate = 0.002;
  Evidence e = after(settings, 60, {50, 0}, {450, 1});
  ASSERT_EQ(judged(e, settings, at_percent(10)).kind, VerdictKind::kAdvance);
  int i = 60;
  for (; i < 96; ++i) {
    e = advance(std::move(e), interval(i, {50, 15}, {450, 135}), settings);
    const Verdict v = judged(e, settings, at_percent(10));
    ASSERT_NE(v.kind, VerdictKind::kRollback);
    ASSERT_NE(v.kind, VerdictKind::kReduce);
    if (i > 62) {
      ASSERT_NE(v.kind, VerdictKind::kAdvance) << i;
    }
  }
  EXPECT_EQ(judged(e, settings, at_percent(10)).holds,
            std::vector<AnalysisHold>{AnalysisHold::kSharedIncident});
  for (; i < 108; ++i) e = advance(std::move(e), interval(i, {50, 0}, {450, 1}), settings);
  EXPECT_TRUE(judged(e, settings, at_percent(10)).holds.empty());
}

}  // namespace
}  // namespace freshet
