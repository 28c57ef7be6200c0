// Canaries at the edge, run after run.
#include "tests/bench/judges/nulls.h"

#include <algorithm>
#include <cmath>

#include "analysis/paired.h"
#include "tests/bench/judge_world.h"
#include "tests/bench/judges/freshet_judge.h"
#include "tests/bench/judges/parallel.h"

namespace freshet {
namespace {

constexpr int kIntervals = 360;
constexpr double kRequests = 500;  // an interval, both arms
constexpr double kSwing = 0.9;
constexpr std::array<double, 5> kRates = {0, 0.001, 0.005, 0.01, 0.05};
constexpr std::array<int, 5> kPercents = {1, 5, 10, 25, 50};
constexpr double kRps = 50;

struct Instant {
  double errors = 0;
  double share = 0;
};
Instant instant(const NullCell& cell, int index) {
  Instant out{cell.errors, cell.percent / 100.0};
  if (cell.weather == Weather::kSwinging) out.errors *= 1 + kSwing * std::sin(index / 15.0);
  if (cell.weather == Weather::kSplitChanging && index >= kIntervals / 3) {
    out.share = index < 2 * kIntervals / 3 ? 0.5 : std::max(0.01, out.share / 2);
  }
  return out;
}

double edge(const Margin& margin, double rate) {
  return std::min(1.0, margin.times * rate + margin.plus);
}

// One arm's events drawn anew for each claim: the canary differs between them.
struct NullClaimRuns {
  std::array<Margin, kNullClaims> margins;
  AgainstProcess equal{};
  AgainstProcess worse{};
  ForProcess good{};
  EffectTables tables{};
  std::array<double, kNullClaims> most{};  // ln E, over time

  void look(ArmTraffic& traffic, const Instant& now, bool late_start) {
    const auto canary = traffic.poisson(kRequests * now.share);
    const auto stable = traffic.poisson(kRequests * (1 - now.share));
    const auto counts = [&](const Margin& margin) {
      return PairCounts{static_cast<double>(traffic.binomial(canary, edge(margin, now.errors))),
                        static_cast<double>(traffic.binomial(stable, now.errors)),
                        static_cast<double>(canary), static_cast<double>(stable)};
    };
    FoldOptions options;
    if (late_start) options.late_mass = -std::log(kIntervals);
    multiply(equal, counts(margins[kWorseThanEqual]), margins[kWorseThanEqual], options);
    multiply(worse, counts(margins[kWorseAtTheEdge]), margins[kWorseAtTheEdge], options);
    const Margin& promote = margins[kGoodAtTheEdge];
    const ForWeights uniform = for_weights(std::nullopt, promote, now.share, tables);
    multiply(good, counts(promote), promote.times, 1, tables);
    const std::array<double, kNullClaims> now_at = {log_value(equal), log_value(worse),
                                                    log_value(good, promote.plus, uniform)};
    for (std::size_t i = 0; i < most.size(); ++i) most[i] = std::max(most[i], now_at[i]);
  }
};

NullRow null_row(const NullCell& cell, int seeds) {
  std::vector<std::array<double, kNullClaims>> most(static_cast<std::size_t>(seeds));
  for_each_index(most.size(), [&](std::size_t seed) {
    ArmTraffic traffic(seed + 1);
    const AnalysisSettings defaults;
    NullClaimRuns claims{
        .margins = {Margin{1, 0}, defaults.errors.rollback, defaults.errors.promote}};
    for (int i = 0; i < kIntervals; ++i) claims.look(traffic, instant(cell, i), i % 6 == 0);
    most[seed] = claims.most;
  });
  NullRow row{cell};
  for (std::size_t claim = 0; claim < kNullClaims; ++claim) {
    for (std::size_t level = 0; level < kNominalLevels.size(); ++level) {
      Share& share = row.ever[claim][level];
      share.runs = seeds;
      share.hits = std::count_if(most.begin(), most.end(), [&](const auto& run) {
        return run[claim] >= -std::log(kNominalLevels[level]);
      });
    }
  }
  return row;
}

Share share_of(const NullCell& cell, const AnalysisSettings& settings, const Margin& margin,
               Answer wrong, int seeds) {
  std::vector<char> hit(static_cast<std::size_t>(seeds));
  for_each_index(hit.size(), [&](std::size_t seed) {
    ArmRates stable;
    ArmRates canary;
    stable.errors = cell.errors;
    canary.errors = edge(margin, cell.errors);
    PlainSource source(seed + 1, kRps, canary, stable);
    FreshetJudge judge(settings, cell.percent);
    Answer answer = Answer::kGoing;
    TimePoint now = kSimulationStart;
    for (int i = 0; i < kIntervals && answer == Answer::kGoing; ++i) {
      answer = judge.see(*source.next(now, cell.percent));
    }
    hit[seed] = answer == wrong;
  });
  return {std::count(hit.begin(), hit.end(), 1), seeds};
}

}  // namespace

std::vector<NullRow> measure_nulls(int seeds) {
  std::vector<NullRow> rows;
  for (double errors : kRates) {
    for (int percent : kPercents) {
      for (Weather weather : {Weather::kSteady, Weather::kSwinging, Weather::kSplitChanging}) {
        rows.push_back(null_row({errors, percent, weather}, seeds));
      }
    }
  }
  return rows;
}

std::vector<AnalyzerNullRow> measure_analyzer_nulls(int seeds) {
  std::vector<AnalyzerNullRow> rows;
  for (double errors : kRates) {
    for (int percent : kPercents) {
      const NullCell cell{errors, percent};
      ArmRates stable;
      stable.errors = errors;
      const AnalysisSettings settings = bench_settings(kRps, stable);
      const MarginPair& margins = settings.errors;
      rows.push_back({cell, share_of(cell, settings, margins.rollback, Answer::kRollback, seeds),
                      share_of(cell, settings, margins.promote, Answer::kPromote, seeds)});
    }
  }
  return rows;
}

}  // namespace freshet
