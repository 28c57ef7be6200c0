// The primitive: validity by seed, its exact identity, and what gives no evidence.
#include "analysis/paired.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/analysis/simulate.h"

namespace freshet {
namespace {

TEST(EProcess, IsTheConditionalBinomialLikelihoodRatioWhereNothingIsAdded) {
  const PairCounts counts{3, 5, 100, 900};
  const double theta = 1.25;
  const double eta = 5;
  const double r = counts.canary / counts.stable;
  const double q0 = theta * r / (theta * r + 1);
  const double q1 = eta * r / (eta * r + 1);
  const double expected = 3 * std::log(q1 / q0) + 5 * std::log((1 - q1) / (1 - q0));
  EXPECT_NEAR(log_factor(counts, theta, eta).data, expected, 1e-12);
}

TEST(EProcess, AnArmWithoutRequestsGivesNoEvidence) {
  for (const PairCounts& counts : {PairCounts{0, 7, 0, 100}, PairCounts{7, 0, 100, 0}}) {
    const LogFactor factor = log_factor(counts, 1.25, 5);
    EXPECT_EQ(factor.data, 0);
    EXPECT_EQ(factor.slack, 0);
  }
}

TEST(EProcess, OneIntervalAddsAtMostItsCap) {
  AgainstProcess process;
  FoldOptions options;
  options.cap = 2;
  multiply(process, {500, 0, 500, 5000}, {1.25, 0.001}, options);
  EXPECT_LE(log_value(process), 2);
  EXPECT_NEAR(log_value(process), 2 + std::log(kFromStart), 1e-3);
}

TEST(EProcess, DispersionDividesTheLogarithm) {
  AgainstProcess plain;
  AgainstProcess tempered;
  multiply(plain, {9, 2, 100, 900}, {1.25, 0.001}, {});
  FoldOptions options;
  options.dispersion = 3;
  multiply(tempered, {9, 2, 100, 900}, {1.25, 0.001}, options);
  for (std::size_t j = 0; j < kAgainstEffects.size(); ++j) {
    EXPECT_NEAR(tempered.from_start[j], plain.from_start[j] / 3, 2e-4);
  }
}

TEST(EProcess, MoreCanaryErrorsNeverLowerTheEvidenceAgainst) {
  double before = -1e9;
  for (double errors = 0; errors <= 50; ++errors) {
    AgainstProcess process;
    multiply(process, {errors, 3, 100, 900}, {1.25, 0.001}, {});
    EXPECT_GE(log_value(process), before);
    before = log_value(process);
  }
}

TEST(EProcess, ALateStartSeesWhatTheProcessFromTheStartHasForgotten) {
  AgainstProcess process;
  for (int i = 0; i < 100; ++i) {
    FoldOptions options;
    options.late_mass = -std::log(360.0);
    multiply(process, {0, 1, 100, 900}, {1.25, 0.001}, options);
  }
  for (int i = 0; i < 12; ++i) {
    FoldOptions options;
    options.late_mass = -std::log(360.0);
    multiply(process, {5, 1, 100, 900}, {1.25, 0.001}, options);
  }
  EXPECT_GT(log_value(process), std::log(1000.0));
  const double from_start = *std::max_element(process.from_start.begin(), process.from_start.end());
  EXPECT_LT(from_start, log_value(process));
}

// One interval of failures, as activators report an outage, and much good traffic after it: one
// request in five has failed.
TEST(EProcess, EvidenceForThatIsGoneIsNotLiftedByTraffic) {
  const Margin margin{1.5, 0.1};
  EffectTables tables;
  const ForWeights weights = for_weights(0.001, margin, 0.3, tables);
  ForProcess process;
  multiply(process, {6000, 14, 6000, 14000}, margin.times, 1, tables);
  for (int i = 0; i < 20; ++i) {
    multiply(process, {1, 3, 1200, 2800}, margin.times, 1, tables);
    EXPECT_LT(log_value(process, margin.plus, weights), 0) << i;
  }
}

struct NullRow {
  const char* name;
  double stable_rate;
  Margin margin;
  double swing;  // the rate swings by this share over the run
};

// The share of runs in which an e-process that should not ever reaches 1/α, at α = 1 %.
double false_rejections(const NullRow& row, bool in_favour, int runs) {
  int rejected = 0;
  for (int run = 0; run < runs; ++run) {
    ArmTraffic traffic(static_cast<std::uint64_t>(run) + 1);
    AgainstProcess against;
    ForProcess favour;
    EffectTables tables;
    const ForWeights uniform = for_weights(std::nullopt, row.margin, 0.5, tables);
    for (int i = 0; i < 360; ++i) {
      const double rate = row.stable_rate * (1 + row.swing * std::sin(i / 15.0));
      const double share = i < 120 ? 0.05 : i < 240 ? 0.5 : 0.2;
      const std::int64_t n_c = traffic.poisson(200 * share);
      const std::int64_t n_s = traffic.poisson(200 * (1 - share));
      const double edge = std::min(1.0, row.margin.times * rate + row.margin.plus);
      const PairCounts counts{static_cast<double>(traffic.binomial(n_c, edge)),
                              static_cast<double>(traffic.binomial(n_s, rate)),
                              static_cast<double>(n_c), static_cast<double>(n_s)};
      FoldOptions options;
      options.late_mass = -std::log(360.0);
      multiply(against, counts, row.margin, options);
      multiply(favour, counts, row.margin.times, 1, tables);
      const double value =
          in_favour ? log_value(favour, row.margin.plus, uniform) : log_value(against);
      if (value >= std::log(100.0)) {
        ++rejected;
        break;
      }
    }
  }
  return static_cast<double>(rejected) / runs;
}

TEST(EProcess, RejectsAtTheEdgeOfItsMarginAtMostAsOftenAsPromised) {
  const NullRow rows[] = {
      {"rare errors, equal rates", 0.001, {1, 0}, 0},
      {"one percent, half as much again allowed", 0.01, {1.5, 0}, 0},
      {"ten percent, swinging by 90 %", 0.1, {1.5, 0.002}, 0.9},
      {"thirty percent, the default margin", 0.3, {1.25, 0.001}, 0.5},
  };
  constexpr int kRuns = 400;
  constexpr double kAllowed = 0.01 + 3 * 0.005;  // three standard errors above 1 %
  for (const NullRow& row : rows) {
    EXPECT_LE(false_rejections(row, false, kRuns), kAllowed) << "against: " << row.name;
    EXPECT_LE(false_rejections(row, true, kRuns), kAllowed) << "for: " << row.name;
  }
}

}  // namespace
}  // namespace freshet
