// Kayenta's rule: points, classes, scores.
#include "tests/bench/judges/kayenta.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/bench/judges/mann_whitney.h"

namespace freshet {
namespace {

constexpr double kTwoSided98 = 2.3263478740408408;  // the normal quantile of 99 %
constexpr double kTolerance = 0.25;                 // of the estimated shift
constexpr double kAllowedRatio = 1;

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

bool has_no_data(const KayentaMetric& metric) {
  return metric.canary.empty() || metric.stable.empty();
}

void keep(std::vector<double>& points, double value) {
  if (!std::isnan(value)) points.push_back(value);
}

}  // namespace

bool is_high(const KayentaMetric& metric) {
  if (metric.canary == metric.stable) return false;
  // The interval ends above 0 only if the unshifted ranks already say so: cheap to know first.
  if (rank_score(metric.canary, metric.stable, 0) <= kTwoSided98) return false;
  const Shift shift = shift_between(metric.canary, metric.stable, kTwoSided98);
  return shift.low > kTolerance * std::abs(shift.estimate) &&
         mean(metric.canary) >= kAllowedRatio * mean(metric.stable);
}

double kayenta_score(const std::array<KayentaMetric, 2>& metrics) {
  double passed = 0;
  double judged = 0;
  for (const KayentaMetric& metric : metrics) {
    if (has_no_data(metric)) continue;
    ++judged;
    passed += is_high(metric) ? 0 : 1;
  }
  // Half of the metrics without data, or more, is a score of 0.
  if (judged * 2 <= static_cast<double>(metrics.size())) return 0;
  return 100 * passed / judged;
}

Answer KayentaJudge::see(const Interval& interval) {
  window_.add(interval);
  if (window_.age() >= settings_.step * (points_ + 1)) {
    ++points_;
    const ArmCounts canary = window_.canary();
    const ArmCounts stable = window_.stable();
    keep(metrics_[0].canary, 1 - success_rate(canary));
    keep(metrics_[0].stable, 1 - success_rate(stable));
    keep(metrics_[1].canary, histogram_quantile(0.99, canary));
    keep(metrics_[1].stable, histogram_quantile(0.99, stable));
  }
  if (judged_ == settings_.judged_after.size()) return Answer::kGoing;
  if (window_.age() < settings_.judged_after[judged_]) return Answer::kGoing;
  ++judged_;
  return kayenta_score(metrics_) < settings_.marginal ? Answer::kRollback : Answer::kGoing;
}

Answer KayentaJudge::at_the_end() {
  return kayenta_score(metrics_) < settings_.pass ? Answer::kRollback : Answer::kPromote;
}

}  // namespace freshet
