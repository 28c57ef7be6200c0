// The rules of the judges that ours is compared with, and that their page tells of every scenario.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "base/files.h"
#include "tests/analysis/judging.h"
#include "tests/bench/judges/argo.h"
#include "tests/bench/judges/flagger.h"
#include "tests/bench/judges/kayenta.h"
#include "tests/bench/judges/mann_whitney.h"
#include "tests/bench/judges/scenarios.h"
#include "tests/bench/judges/statistics.h"

namespace freshet {
namespace {

ArmCounts quick(std::int64_t requests, std::int64_t errors) {
  return {requests, errors, {{0.1, requests / 2}, {0.5, 0}, {1, 0}}};
}

// Six intervals; the answer after the last of them, or the first that is not kGoing.
Answer minute(CanaryJudge& judge, int& index, const ArmCounts& canary,
              const ArmCounts& stable = quick(450, 0)) {
  for (int i = 0; i < 6; ++i) {
    const Answer answer = judge.see(interval(index++, canary, stable));
    if (answer != Answer::kGoing) return answer;
  }
  return Answer::kGoing;
}

TEST(HistogramQuantile, LiesOnALineWithinItsBucket) {
  const ArmCounts arm{100, 0, {{0.1, 40}, {0.5, 10}, {1, 0}}};
  EXPECT_DOUBLE_EQ(histogram_quantile(0.3, arm), 0.05);                  // 30 of 60 within 0.1
  EXPECT_DOUBLE_EQ(histogram_quantile(0.75, arm), 0.1 + 0.4 * 15 / 30);  // 15 of the next 30
  EXPECT_DOUBLE_EQ(histogram_quantile(0.99, {100, 0, {{0.1, 40}, {1, 5}}}), 1);  // beyond the last
  EXPECT_TRUE(std::isnan(histogram_quantile(0.99, {})));
}

TEST(MinuteWindow, ForgetsWhatIsOlderThanAMinute) {
  MinuteWindow window;
  for (int i = 0; i < 9; ++i) window.add(interval(i, quick(i < 3 ? 1000 : 10, 1), quick(90, 0)));
  EXPECT_EQ(window.canary().requests, 60);
  EXPECT_EQ(window.canary().errors, 6);
  EXPECT_EQ(window.stable().requests, 540);
  Interval missing = interval(9, quick(10, 1), quick(90, 0));
  missing.missing = true;
  window.add(missing);
  EXPECT_EQ(window.canary().requests, 50);
}

TEST(Flagger, CountsFailedChecksOverTheWholeAnalysis) {
  FlaggerJudge judge;
  int index = 0;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(minute(judge, index, quick(50, 1)), Answer::kGoing) << "2 % fail: a failed check";
    EXPECT_EQ(minute(judge, index, quick(50, 0)), Answer::kGoing) << "does not undo it";
  }
  EXPECT_EQ(minute(judge, index, quick(50, 1)), Answer::kRollback);
}

TEST(Flagger, PromotesAfterTenChecksThatPassAndTakesSilenceForFailure) {
  FlaggerJudge passing;
  int index = 0;
  for (int i = 0; i < 9; ++i) EXPECT_EQ(minute(passing, index, quick(50, 0)), Answer::kGoing);
  EXPECT_EQ(minute(passing, index, quick(50, 0)), Answer::kPromote);
  FlaggerJudge silent;
  index = 0;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(minute(silent, index, {}), Answer::kGoing);
  EXPECT_EQ(minute(silent, index, {}), Answer::kRollback);
}

TEST(Argo, FailsWithMoreFailuresThanTheLimitOfOneMetric) {
  ArgoJudge judge;
  int index = 0;
  const ArmCounts failing = quick(50, 5);
  const ArmCounts slow{50, 0, {{0.5, 25}, {1, 0}}};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(minute(judge, index, failing), Answer::kGoing) << "each metric has its own count";
    EXPECT_EQ(minute(judge, index, slow), Answer::kGoing);
  }
  EXPECT_EQ(minute(judge, index, slow), Answer::kRollback);
}

TEST(Argo, SucceedsAfterItsCountOfMeasurements) {
  ArgoJudge judge;
  int index = 0;
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(minute(judge, index, quick(50, i < 3 ? 5 : 0)), Answer::kGoing);
  }
  EXPECT_EQ(minute(judge, index, quick(50, 0)), Answer::kPromote);
}

TEST(Argo, TriesAgainSoonWithoutSeriesAndEndsAfterFiveErrors) {
  ArgoJudge judge;
  std::optional<int> ended;
  for (int i = 0; i < 20 && !ended; ++i) {
    if (judge.see(interval(i, {}, quick(450, 0))) == Answer::kRollback) ended = i;
  }
  EXPECT_EQ(ended, 9) << "at 60, 70, 80, 90 and 100 seconds";
}

TEST(MannWhitney, ScoresByHandCountedRanks) {
  // {1,2,3} below {4,5,6}: U = 0 against a mean of 4.5; variance 9 × 7 ÷ 12.
  EXPECT_NEAR(rank_score({1, 2, 3}, {4, 5, 6}, 0), -(4.5 - 0.5) / std::sqrt(63.0 / 12), 1e-12);
  // Ranks of {1,2,2,3} against {2,4}: 1, 3, 3, 5 and 3, 6, so U = 12 − 10 = 2 against 4; three are
  // tied, which takes 24 ÷ 30 off the 7 in the variance.
  const double variance = 8.0 / 12 * (7 - 24.0 / 30);
  EXPECT_NEAR(rank_score({1, 2, 2, 3}, {2, 4}, 0), -(2 - 0.5) / std::sqrt(variance), 1e-12);
  EXPECT_EQ(rank_score({1, 1}, {1, 1}, 0), 0);
}

TEST(MannWhitney, FindsTheShiftBetweenTwoSamples) {
  std::vector<double> x;
  std::vector<double> y;
  for (int i = 0; i < 30; ++i) {
    y.push_back(i * 0.1);
    x.push_back(i * 0.1 + 5);
  }
  const Shift shift = shift_between(x, y, 2.326);
  EXPECT_NEAR(shift.estimate, 5, 0.06);
  EXPECT_GT(shift.low, 4);
  EXPECT_LT(shift.low, 5);
}

TEST(Kayenta, CallsAMetricHighOnlyWhereItsShiftIsCertain) {
  KayentaMetric metric;
  for (int i = 0; i < 15; ++i) {
    metric.stable.push_back(1 + 0.01 * i);
    metric.canary.push_back(2 + 0.01 * i);
  }
  EXPECT_TRUE(is_high(metric));
  std::swap(metric.canary, metric.stable);
  EXPECT_FALSE(is_high(metric)) << "direction: increase";
  metric.canary = metric.stable;
  EXPECT_FALSE(is_high(metric));
}

TEST(Kayenta, ScoresTheShareOfMetricsThatPass) {
  const KayentaMetric fine{{1, 2, 3}, {1, 2, 3}};
  KayentaMetric high;
  for (int i = 0; i < 15; ++i) {
    high.stable.push_back(i);
    high.canary.push_back(100 + i);
  }
  EXPECT_EQ(kayenta_score({fine, fine}), 100);
  EXPECT_EQ(kayenta_score({high, fine}), 50);
  EXPECT_EQ(kayenta_score({high, high}), 0);
  EXPECT_EQ(kayenta_score({KayentaMetric{}, KayentaMetric{}}), 0) << "no data at all";
}

TEST(Kayenta, JudgesAfterFifteenMinutesAndPromotesAtTheEnd) {
  KayentaJudge bad;
  int index = 0;
  for (int i = 0; i < 14; ++i) EXPECT_EQ(minute(bad, index, quick(50, 5)), Answer::kGoing);
  EXPECT_EQ(minute(bad, index, quick(50, 5)), Answer::kRollback);
  KayentaJudge good;
  index = 0;
  for (int i = 0; i < 59; ++i) EXPECT_EQ(minute(good, index, quick(50, 0)), Answer::kGoing);
  EXPECT_EQ(good.at_the_end(), Answer::kPromote);
}

TEST(ExactInterval, IsThatOfClopperAndPearson) {
  const ExactInterval none = clopper_pearson({0, 400});
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 1 - std::pow(0.025, 1.0 / 400), 1e-6);
  const ExactInterval some = clopper_pearson({5, 100});
  EXPECT_NEAR(some.low, 0.016432, 1e-5);
  EXPECT_NEAR(some.high, 0.112835, 1e-5);
}

TEST(Scenarios, AreAllNamedOnThePageOfTheBenchmark) {
  const std::string page = read_file("tests/bench/judges/README.md", 1 << 20).value_or("");
  for (const Scenario& scenario : scenarios()) {
    EXPECT_NE(page.find(scenario.name), std::string::npos) << scenario.name;
  }
}

}  // namespace
}  // namespace freshet
