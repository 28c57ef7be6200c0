// Errors and slow requests of both arms in one interval.
#include "analysis/metric_counts.h"

#include <algorithm>

namespace freshet {
namespace {

// Stable's failures count as slow once they pass this share of an interval (see accusing_counts).
constexpr double kFastFailureShare = 0.02;
// Beyond this share stable is broken: how fast it fails is no standard for who does not.
constexpr double kBrokenShare = 0.2;

bool is_sound_arm(const ArmCounts& arm) {
  if (arm.requests < 0 || arm.errors < 0 || arm.young < 0) return false;
  if (arm.errors > arm.requests || arm.young > arm.requests) return false;
  if (arm.observed && *arm.observed < Duration{}) return false;
  return std::all_of(arm.slower.begin(), arm.slower.end(), [&arm](const auto& entry) {
    return entry.second >= 0 && entry.second <= arm.requests;
  });
}

bool is_sound_part(const ArmTotals& part, const ArmCounts& of) {
  return part.errors >= 0 && part.requests >= part.errors && part.requests <= of.requests &&
         part.errors <= of.errors;
}

// Requests, and those slower than a bound, of instances older than the warm-up. Which of the slow
// ones were young's is not known: `least` takes as many of them out as can be, otherwise none.
struct Latency {
  double slower = 0;
  double requests = 0;
};
std::optional<Latency> latency(const ArmCounts& arm, const MetricQuestion& metric, bool least) {
  const auto found = arm.slower.find(*metric.bound);
  if (found == arm.slower.end()) return std::nullopt;
  const std::int64_t young = metric.count_young ? 0 : arm.young;
  const std::int64_t grown = arm.requests - young;
  const std::int64_t slower =
      least ? std::max<std::int64_t>(found->second - young, 0) : std::min(found->second, grown);
  return Latency{static_cast<double>(slower), static_cast<double>(grown)};
}

double observed_seconds(const Interval& i, const ArmCounts& arm) {
  return to_seconds(arm.observed.value_or(i.end - i.start));
}

PairCounts error_counts(const Interval& i) {
  return {static_cast<double>(i.canary.errors), static_cast<double>(i.stable.errors),
          static_cast<double>(i.canary.requests), static_cast<double>(i.stable.requests)};
}

}  // namespace

bool is_sound(const Interval& i) {
  return is_sound_arm(i.canary) && is_sound_arm(i.stable) && is_sound_part(i.stable_half, i.stable);
}

bool is_observed(const Interval& i) {
  return i.canary.observed != Duration{} && i.stable.observed != Duration{};
}

double expected_share(const Interval& i) {
  const double canary = i.percent * observed_seconds(i, i.canary);
  return canary / (canary + (100 - i.percent) * observed_seconds(i, i.stable));
}

double requests_per_interval(const Interval& i, const ArmCounts& arm) {
  return static_cast<double>(arm.requests) * to_seconds(i.end - i.start) / observed_seconds(i, arm);
}

std::optional<PairCounts> accusing_counts(const Interval& i, const MetricQuestion& metric) {
  if (!metric.bound) return error_counts(i);
  const auto canary = latency(i.canary, metric, true);
  const auto stable = latency(i.stable, metric, false);
  if (!canary || !stable) return std::nullopt;
  double slower = stable->slower;
  const auto failures = static_cast<double>(i.stable.errors);
  if (failures > kFastFailureShare * static_cast<double>(i.stable.requests)) slower += failures;
  return PairCounts{canary->slower, std::min(slower, stable->requests), canary->requests,
                    stable->requests};
}

std::optional<PairCounts> clearing_counts(const Interval& i, const MetricQuestion& metric) {
  if (!metric.bound) return error_counts(i);
  const auto canary = latency(i.canary, metric, false);
  const auto stable = latency(i.stable, metric, true);
  if (!canary || !stable) return std::nullopt;
  const auto failures = static_cast<double>(i.stable.errors);
  if (failures > kBrokenShare * static_cast<double>(i.stable.requests)) {
    const double failed = canary->slower + static_cast<double>(i.canary.errors);
    return PairCounts{std::min(failed, canary->requests),
                      std::min(stable->slower + failures, stable->requests), canary->requests,
                      stable->requests};
  }
  return PairCounts{canary->slower, stable->slower, canary->requests, stable->requests};
}

}  // namespace freshet
