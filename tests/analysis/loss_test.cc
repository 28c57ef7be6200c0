// Requests that never come back, and when their absence is nobody's fault.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/analysis/judging.h"

namespace freshet {
namespace {

TEST(RequestsLost, ACanaryThatFinishesNothingIsRolledBack) {
  const AnalysisSettings settings;
  const Verdict v = judged(after(settings, 12, {0, 0}, {450, 1}), settings, at_percent(10, true));
  EXPECT_EQ(v.kind, VerdictKind::kRollback) << v.sentence;
  EXPECT_EQ(v.metric, "requests lost");
  EXPECT_TRUE(v.sentence.find("finished 0 of about 600 requests") != std::string::npos)
      << v.sentence;
}

TEST(RequestsLost, AHangThatBeginsAfterAGoodHourIsSeenAsWell) {
  const AnalysisSettings settings;
  ArmTraffic traffic(5);
  Evidence e = started(settings);
  int i = 0;
  for (; i < 360; ++i) {
    const TimePoint at = kStart + i * seconds(10);
    e = advance(std::move(e), traffic.interval(at, seconds(10), 50, 10, {}, {}), settings);
    ASSERT_NE(judged(e, settings, at_percent(10, true)).kind, VerdictKind::kRollback);
  }
  int seen = 0;
  while (seen < 30 && judged(e, settings, at_percent(10, true)).kind != VerdictKind::kRollback) {
    e = advance(std::move(e), interval(i + seen++, {0, 0}, {450, 1}), settings);
  }
  EXPECT_LE(seen, 12);
}

// Good minutes do not outweigh it: what hangs is suspect after two intervals, and not let through.
TEST(RequestsLost, AHangIsSuspectAtOnce) {
  const AnalysisSettings settings;
  Evidence e = after(settings, 60, {1000, 2}, {9000, 18});
  ASSERT_EQ(judged(e, settings, at_percent(10)).kind, VerdictKind::kAdvance);
  for (int i = 60; i < 62; ++i) {
    e = advance(std::move(e), interval(i, {0, 0}, {9000, 18}), settings);
  }
  const Verdict v = judged(e, settings, at_percent(10));
  EXPECT_EQ(v.kind, VerdictKind::kReduce);
  EXPECT_EQ(v.metric, "requests lost");
  EXPECT_EQ(judged(e, settings, at_percent(10, true)).kind, VerdictKind::kContinue);
}

TEST(RequestsLost, NothingIsMissedWhereTheShareIsWhatItShouldBe) {
  const AnalysisSettings settings;
  const Verdict v = judged(after(settings, 360, {50, 0}, {450, 1}), settings, at_percent(10));
  EXPECT_LT(v.against.at("requests lost"), -1);
}

TEST(RequestsLost, TwoIntervalsAfterAChangeOfPercentSayNothing) {
  const AnalysisSettings settings;
  EXPECT_NEAR(judged(after(settings, 2, {0, 0}, {450, 0}), settings, at_percent(10))
                  .against.at("requests lost"),
              std::log(kFromStart), 1e-9);
}

TEST(RequestsLost, TwoIntervalsAfterAGapSayNothing) {
  const AnalysisSettings settings;
  Evidence e = after(settings, 30, {50, 0}, {450, 0});
  const double before = log_value(e.lost.against);
  for (int i = 40; i < 42; ++i) {
    e = advance(std::move(e), interval(i, {0, 0}, {450, 0}), settings);
    EXPECT_EQ(log_value(e.lost.against), before);
  }
  e = advance(std::move(e), interval(42, {0, 0}, {450, 0}), settings);
  EXPECT_GT(log_value(e.lost.against), before);
}

// Streams of three minutes, 20 a second, at 1, 5, 20 and 50 %: what is finished was begun then.
TEST(RequestsLost, RequestsThatTakeMinutesAreNotLostAfterAChangeOfPercent) {
  StableBaseline streams;
  streams.requests_per_second = 20;
  streams.slower_share = {{1, 1}, {10, 0.9}};
  const AnalysisSettings settings =
      choose_settings(AnalysisSpec{}, RolloutSpec{}, streams, seconds(10));
  ASSERT_EQ(settings.longest_request, seconds(300));
  for (const std::vector<int>& plan : {std::vector<int>{1, 5, 20, 50}, {20, 50}}) {
    ArmTraffic traffic(11);
    Evidence e = fresh_evidence("uid", settings);
    int i = 0;
    std::vector<int> begun(18, 0);  // percents in force when what ends now was begun
    for (const int percent : plan) {
      e = start_step(std::move(e), kStart + i * seconds(10));
      for (int k = 0; k < 90; ++k, ++i) {
        begun.push_back(percent);
        const double share = begun[static_cast<std::size_t>(i)] / 100.0;
        const ArmCounts canary{traffic.poisson(200 * share), 0};
        const ArmCounts stable{traffic.poisson(200 * (1 - share)), 0};
        e = advance(std::move(e), interval(i, canary, stable, percent), settings);
        const Verdict v = judged(e, settings, at_percent(percent));
        ASSERT_EQ(v.kind == VerdictKind::kRollback || v.kind == VerdictKind::kReduce, false)
            << percent << " " << k << ": " << v.sentence;
      }
      EXPECT_TRUE(is_split_random(e)) << percent;
    }
    EXPECT_GT(judged(e, settings, at_percent(50)).promote_evidence.at("requests lost"), 3);
  }
}

TEST(RequestsLost, AHangOfStreamsIsFoundOnceTheyWouldHaveEnded) {
  AnalysisSettings settings;
  settings.longest_request = settings.longest_waited = seconds(180);
  const ArmCounts stable{180, 0};
  EXPECT_NE(judged(after(settings, 18, {0, 0}, stable), settings, at_percent(10, true)).kind,
            VerdictKind::kRollback);
  EXPECT_EQ(judged(after(settings, 48, {0, 0}, stable), settings, at_percent(10, true)).kind,
            VerdictKind::kRollback);
}

TEST(RequestsLost, WhatWasNotObservedIsNotLost) {
  const AnalysisSettings settings;
  Evidence e = after(settings, 30, {50, 0}, {450, 0});
  const double before = log_value(e.lost.against);
  for (int i = 30; i < 60; ++i) {
    Interval unseen = interval(i, {0, 0}, {450, 0});
    unseen.canary.observed = Duration{};  // its scrapes fail
    e = advance(std::move(e), unseen, settings);
  }
  EXPECT_EQ(log_value(e.lost.against), before);
  const Verdict v = judged(e, settings, at_percent(10));
  EXPECT_TRUE(v.silent) << "and yet nothing passes for clean";
}

TEST(Verdict, SaysWhetherAnythingWasReadInThisStep) {
  const AnalysisSettings settings;
  Evidence e = after(settings, 30, {50, 0}, {450, 0});
  EXPECT_FALSE(judged(e, settings, at_percent(10)).unseen);
  e = start_step(std::move(e), *e.last_end);
  EXPECT_TRUE(judged(e, settings, at_percent(10)).unseen);
}

TEST(RequestsLost, AWanderingShareIsASplitThatIsNotRandom) {
  const AnalysisSettings settings;
  Evidence e = started(settings);
  ArmTraffic traffic(3);
  // Users stick to an arm: in some minutes the canary has twice its share, in others nothing.
  double factor = 1;
  for (int i = 0; i < 240; ++i) {
    if (i % 6 == 0) factor = traffic.uniform(0.2, 1.8);
    const std::int64_t canary = traffic.poisson(50 * factor);
    e = advance(std::move(e), interval(i, {canary, 0}, {traffic.poisson(450), 0}), settings);
    ASSERT_NE(judged(e, settings, at_percent(10)).kind, VerdictKind::kRollback) << i;
  }
  const Verdict v = judged(e, settings, at_percent(10));
  EXPECT_EQ(v.kind, VerdictKind::kContinue);
  EXPECT_EQ(v.holds, std::vector<AnalysisHold>{AnalysisHold::kSplitNotRandom});
  EXPECT_TRUE(v.sentence.starts_with("held: the candidate's share of requests varies "))
      << v.sentence;
}

// Its pods were not ready for a moment, and the activators failed what was its own at once.
TEST(RequestsLost, AHangWithAShortOutageIsSeenOnceTheSplitIsKnown) {
  const AnalysisSettings settings;
  Evidence e = started(settings);
  ArmTraffic traffic(9);
  int i = 0;
  while (i < 120 && judged(e, settings, at_percent(50)).kind != VerdictKind::kRollback) {
    const ArmCounts hangs{traffic.poisson(1200), 1};
    const ArmCounts canary = i == 6 ? ArmCounts{12000, 10800} : hangs;
    e = advance(std::move(e), interval(i++, canary, {traffic.poisson(4000), 8}, 50), settings);
  }
  EXPECT_LE(i, 56) << judged(e, settings, at_percent(50)).sentence;
}

// Activators that are scraped in every other interval tell of two of them at once.
TEST(RequestsLost, AHangBesideAStableThatFailsIsSeenHoweverRarelyThatIsTold) {
  const AnalysisSettings settings;
  Evidence e = started(settings);
  ArmTraffic traffic(9);
  int i = 0;
  while (i < 240 && judged(e, settings, at_percent(50)).kind != VerdictKind::kRollback) {
    const std::int64_t failed = i % 2 == 0 ? 0 : traffic.poisson(4000);
    ArmCounts stable{failed, failed};
    stable.observed = failed == 0 ? seconds(0) : seconds(20);
    e = advance(std::move(e), interval(i++, {traffic.poisson(600), 1}, stable, 50), settings);
  }
  EXPECT_LE(i, 80) << judged(e, settings, at_percent(50)).sentence;
}

TEST(RequestsLost, ARandomSplitIsNotHeld) {
  const AnalysisSettings settings;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    ArmTraffic traffic(seed);
    Evidence e = started(settings);
    for (int i = 0; i < 120; ++i) {
      const TimePoint at = kStart + i * seconds(10);
      e = advance(std::move(e), traffic.interval(at, seconds(10), 500, 5, {}, {}), settings);
      ASSERT_TRUE(is_split_random(e)) << seed << " " << i;
    }
  }
}

}  // namespace
}  // namespace freshet
