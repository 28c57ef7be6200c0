// What is fixed when a rollout starts: margins, bounds, estimates.
#include "analysis/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/paired.h"
#include "config/query_template.h"

namespace freshet {
namespace {

// `auto`: the promotion margin's `plus` is the smallest of these that the traffic can show in time.
constexpr std::array<double, 5> kAutoPlus = {0.0001, 0.0003, 0.001, 0.003, 0.01};
constexpr double kAutoShareOfDeadline = 1.0 / 3;
constexpr double kAutoRollbackTimes = 1.25;
constexpr double kAutoPromoteTimes = 1.5;
// The greatest rate allowed at full load: so many times stable's own hour, plus so much.
constexpr double kHourTimes = 3;
constexpr double kHourPlus = 0.01;
constexpr double kUsableExceedance = 0.5;  // bounds that more of stable's requests exceed are not
constexpr double kLongRequests = 0.01;     // of stable's: so many may take longer
constexpr std::int64_t kMaxNeeded = 1'000'000'000;

// Neighbours nearest to each other lose the lower one, until there are few enough.
std::vector<double> thinned(std::vector<double> bounds) {
  while (bounds.size() > kMaxMetrics - 1) {
    std::size_t nearest_pair = 0;
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
      const double ratio = bounds[i + 1] / bounds[i];
      if (ratio <= bounds[nearest_pair + 1] / bounds[nearest_pair] + 1e-9) nearest_pair = i;
    }
    bounds.erase(bounds.begin() + static_cast<std::ptrdiff_t>(nearest_pair));
  }
  return bounds;
}

// Time for all steps and the bake, if nothing is wrong; a very long time where it never would be.
double estimated_seconds(const RolloutSpec& rollout, const StableBaseline& baseline, double plus,
                         double beta) {
  double total = to_seconds(rollout.bake.duration);
  for (std::size_t i = 0; i < rollout.steps.size(); ++i) {
    const bool last = i + 1 == rollout.steps.size();
    const double share = rollout.steps[i] / 100.0;
    const double next = last ? 50 : rollout.steps[i + 1];
    const Margin margin{kAutoPromoteTimes, step_plus(plus, next)};
    const std::int64_t needed = requests_needed(baseline.error_rate, margin, share, beta);
    const double rate = baseline.requests_per_second * share;
    if (needed == 0 || rate <= 0) return 1e12;
    total += std::max(to_seconds(rollout.minimum_step), static_cast<double>(needed) / rate);
  }
  return total;
}

// Knative counts by certain bounds only: the next one is what can be told.
Objective objective_of(const ObjectiveSpec& spec, const StableBaseline& baseline) {
  if (spec.errors) return {std::nullopt, *spec.errors};
  const double wanted = to_seconds(*spec.slower_than);
  const auto next = baseline.slower_share.lower_bound(wanted - 1e-9);
  return {next == baseline.slower_share.end() ? wanted : next->first, *spec.share};
}

// The least bound that next to none exceed. Where more than that exceed all of them, only the
// timeout is one; where no bound is known, nothing is.
Duration longest_request(const StableBaseline& baseline, Duration timeout) {
  if (baseline.slower_share.empty()) return {};
  for (const auto& [bound, share] : baseline.slower_share) {
    if (share > kLongRequests) continue;
    const std::chrono::duration<double> longest(std::min(bound, to_seconds(timeout)));
    return std::chrono::ceil<Duration>(longest);
  }
  return timeout;
}

// A third of what the deadline leaves each step, the bake counted as one.
Duration affordable_wait(const RolloutSpec& rollout) {
  return rollout.deadline / (3 * (static_cast<std::int64_t>(rollout.steps.size()) + 1));
}

}  // namespace

double auto_plus(const RolloutSpec& rollout, const StableBaseline& baseline, double beta) {
  const double available = to_seconds(rollout.deadline) * kAutoShareOfDeadline;
  for (double plus : kAutoPlus) {
    if (estimated_seconds(rollout, baseline, plus, beta) <= available) return plus;
  }
  return kAutoPlus.back();
}

std::string objective_name(const Objective& objective) {
  const double percent = objective.share * 100;
  if (!objective.bound) return fmt::format("objective errors {:.6g}%", percent);
  return fmt::format("objective slower than {}s {:.6g}%", *objective.bound, percent);
}

std::vector<double> bounds_read(const AnalysisSettings& settings) {
  std::vector<double> bounds = settings.latency_bounds;
  for (const Objective& objective : settings.objectives) {
    if (objective.bound) bounds.push_back(*objective.bound);
  }
  std::ranges::sort(bounds);
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  return bounds;
}

double step_plus(double plus, double next_percent) {
  return plus * std::max(1.0, 50.0 / std::max(next_percent, 1.0));
}

std::int64_t requests_needed(double stable_rate, const Margin& margin, double share, double beta) {
  if (!(share > 0 && share < 1) || !(beta > 0 && beta < 1)) return 0;
  if (!(stable_rate >= 0 && stable_rate < 1) || !(margin.times > 0)) return 0;
  EffectTables tables;
  const auto growth = for_growth(stable_rate, margin, share, tables);
  const auto weights = for_weights(stable_rate, margin, share, tables);
  const auto log_e = [&](double n) {
    std::array<double, kForEffects.size()> logs{};
    for (std::size_t j = 0; j < logs.size(); ++j) logs[j] = n * growth[j];
    return log_mean(logs, weights);
  };
  const double goal = -std::log(beta);
  double low = 0;
  double high = 1;
  while (log_e(high) < goal) {
    low = high;
    high *= 2;
    if (high > static_cast<double>(kMaxNeeded)) return 0;
  }
  while (high - low > 0.5) {
    const double middle = (low + high) / 2;
    (log_e(middle) < goal ? low : high) = middle;
  }
  return static_cast<std::int64_t>(std::ceil(high));
}

AnalysisSettings choose_settings(const AnalysisSpec& spec, const RolloutSpec& rollout,
                                 const StableBaseline& baseline, Duration interval,
                                 Duration request_timeout) {
  AnalysisSettings s;
  s.alpha = spec.false_rollback;
  s.beta = spec.missed_regression;
  const double plus = auto_plus(rollout, baseline, s.beta);
  s.errors = spec.errors.margins.value_or(
      MarginPair{{kAutoRollbackTimes, plus / 3}, {kAutoPromoteTimes, plus}});
  if (spec.latency.margins) s.latency = *spec.latency.margins;
  for (const auto& [bound, share] : baseline.slower_share) {
    if (share <= kUsableExceedance) s.latency_bounds.push_back(bound);
  }
  s.latency_bounds = thinned(std::move(s.latency_bounds));
  for (const ObjectiveSpec& objective : spec.objectives) {
    s.objectives.push_back(objective_of(objective, baseline));
  }
  for (const CheckSpec& check : spec.checks) {
    s.checks.push_back({check.name, check.worse == WorseWhen::kLower, check.times, check.plus,
                        std::max<Duration>(kCheckEvery, longest_range(check.query))});
  }
  s.dispersion = spec.dispersion;
  s.warm_up = spec.warm_up;
  s.warm_up_off = baseline.instances_usually_young;
  s.evidence_soak = std::clamp<Duration>(interval * kEvidenceIntervals, seconds(1), kEvidenceSoak);
  // The bake is the soak; its length is the user's choice.
  s.promote_soak = rollout.bake.duration > Duration{} ? Duration{} : kFinalSoak;
  s.longest_request = longest_request(baseline, request_timeout);
  s.longest_waited = std::min(s.longest_request, affordable_wait(rollout));
  s.planned_intervals =
      std::max<std::int64_t>(1, rollout.deadline / std::max<Duration>(interval, minutes(1)));
  if (baseline.requests_per_second > 0) {
    s.stable_error_rate = baseline.error_rate;
    for (double bound : s.latency_bounds) s.stable_slower[bound] = baseline.slower_share.at(bound);
  }
  return s;
}

std::optional<double> stable_rate(const AnalysisSettings& settings, std::optional<double> bound) {
  if (!bound) return settings.stable_error_rate;
  const auto found = settings.stable_slower.find(*bound);
  return found == settings.stable_slower.end() ? std::nullopt : std::optional(found->second);
}

std::optional<double> hour_rate(const AnalysisSettings& settings, std::optional<double> bound) {
  const std::optional<double> hour = stable_rate(settings, bound);
  if (!hour) return std::nullopt;
  return kHourTimes * *hour + kHourPlus;
}

}  // namespace freshet
