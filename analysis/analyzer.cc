// Folding intervals into evidence.
#include "analysis/analyzer.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace freshet {
namespace {

constexpr Duration kLateStartEvery = minutes(1);
constexpr Duration kLongInterval = seconds(20);
// Stable's failures count as slow once they pass this share of an interval (see accusing_counts).
constexpr double kFastFailureShare = 0.02;
// The greatest rate allowed at full load: so many times stable's own hour, plus so much.
constexpr double kFullLoadTimes = 3;
constexpr double kFullLoadPlus = 0.01;

bool is_sound(const ArmCounts& arm) {
  if (arm.requests < 0 || arm.errors < 0 || arm.young < 0) return false;
  if (arm.errors > arm.requests || arm.young > arm.requests) return false;
  return std::all_of(arm.slower.begin(), arm.slower.end(), [&arm](const auto& entry) {
    return entry.second >= 0 && entry.second <= arm.requests;
  });
}

// Requests, and those slower than a bound, of instances older than the warm-up. Which of the slow
// ones were young's is not known: `least` takes as many of them out as can be, otherwise none.
struct Latency {
  double slower = 0;
  double requests = 0;
};
std::optional<Latency> latency(const ArmCounts& arm, double bound, bool ignore_young, bool least) {
  const auto found = arm.slower.find(bound);
  if (found == arm.slower.end()) return std::nullopt;
  const std::int64_t young = ignore_young ? 0 : arm.young;
  const std::int64_t grown = arm.requests - young;
  const std::int64_t slower =
      least ? std::max<std::int64_t>(found->second - young, 0) : std::min(found->second, grown);
  return Latency{static_cast<double>(slower), static_cast<double>(grown)};
}

PairCounts error_counts(const Interval& i) {
  return {static_cast<double>(i.canary.errors), static_cast<double>(i.stable.errors),
          static_cast<double>(i.canary.requests), static_cast<double>(i.stable.requests)};
}

// One metric as it is folded: errors (no bound), or requests slower than a bound.
struct Metric {
  std::optional<double> bound;
  MarginPair margins;
  double weight = 1;  // of the least claim it is part of
};
Metric metric_at(std::size_t index, const AnalysisSettings& settings) {
  const std::size_t count = metric_count(settings);
  if (index == 0) return {std::nullopt, settings.errors, count == 1 ? 1.0 : 0.5};
  return {settings.latency_bounds[index - 1], settings.latency,
          0.5 / static_cast<double>(count - 2)};
}

// For accusing, doubt goes to the canary. A stable that fails fast would make a healthy canary look
// slow, so stable's failures count as slow where there are many of them.
std::optional<PairCounts> accusing_counts(const Interval& i, const Metric& metric,
                                          bool ignore_young) {
  if (!metric.bound) return error_counts(i);
  const auto canary = latency(i.canary, *metric.bound, ignore_young, true);
  const auto stable = latency(i.stable, *metric.bound, ignore_young, false);
  if (!canary || !stable) return std::nullopt;
  double slower = stable->slower;
  const auto failures = static_cast<double>(i.stable.errors);
  if (failures > kFastFailureShare * static_cast<double>(i.stable.requests)) slower += failures;
  return PairCounts{canary->slower, std::min(slower, stable->requests), canary->requests,
                    stable->requests};
}

// For clearing, doubt goes against the canary.
std::optional<PairCounts> clearing_counts(const Interval& i, const Metric& metric,
                                          bool ignore_young) {
  if (!metric.bound) return error_counts(i);
  const auto canary = latency(i.canary, *metric.bound, ignore_young, false);
  const auto stable = latency(i.stable, *metric.bound, ignore_young, true);
  if (!canary || !stable) return std::nullopt;
  return PairCounts{canary->slower, stable->slower, canary->requests, stable->requests};
}

// The greatest rate the candidate may have by itself, from stable's own hour.
std::optional<double> full_load_rate(const Metric& metric, const AnalysisSettings& settings) {
  std::optional<double> hour = settings.stable_error_rate;
  if (metric.bound) {
    const auto found = settings.stable_slower.find(*metric.bound);
    hour = found == settings.stable_slower.end() ? std::nullopt : std::optional(found->second);
  }
  if (!hour) return std::nullopt;
  return kFullLoadTimes * *hour + kFullLoadPlus;
}

// The cap: at least three intervals must agree, whatever the mixture's weights take off; two where
// an interval is that long, as it then covers several scrapes and waiting costs users most.
double rollback_cap(const AnalysisSettings& settings, double weight, Duration length) {
  const double must_agree = length < kLongInterval ? 3 : 2;
  return -std::log(settings.alpha * weight * kFromStart) / must_agree;
}

// A late start once a minute, planned_intervals times, each with the same share of the mass.
double late_mass(Evidence& e, const Interval& i, const AnalysisSettings& settings) {
  const bool due = !e.late_start || i.end - *e.late_start >= kLateStartEvery;
  if (!due || e.late_starts >= settings.planned_intervals) return kLogZero;
  e.late_start = i.end;
  ++e.late_starts;
  return -std::log(static_cast<double>(settings.planned_intervals));
}

void fold(MetricEvidence& evidence, const Metric& metric, const Interval& i,
          const AnalysisSettings& settings, double late, bool this_step) {
  const bool ignore_young = settings.warm_up_off;
  const double cap = rollback_cap(settings, metric.weight, i.end - i.start);
  if (const auto counts = accusing_counts(i, metric, ignore_young)) {
    AgainstOptions options;
    options.late_mass = late;
    multiply(evidence.uncapped, *counts, metric.margins.rollback, options);
    if (settings.cap_rollback) options.cap = cap;
    multiply(evidence.capped, *counts, metric.margins.rollback, options);
    if (const auto rate = full_load_rate(metric, settings); rate && this_step) {
      multiply(evidence.full_load, counts->canary_events, counts->canary, *rate, cap);
    }
  }
  if (!this_step) return;
  if (const auto counts = clearing_counts(i, metric, ignore_young)) {
    multiply(evidence.in_favour, *counts, metric.margins.promote.times, 1);
  }
}

void add(ArmTotals& totals, const ArmCounts& arm) {
  totals.requests += arm.requests;
  totals.errors += arm.errors;
}

}  // namespace

Evidence fresh_evidence(const std::string& candidate_uid, const AnalysisSettings& settings) {
  Evidence evidence;
  evidence.candidate_uid = candidate_uid;
  evidence.settings = settings_hash(settings);
  return evidence;
}

bool belongs_to(const Evidence& evidence, const std::string& candidate_uid,
                const AnalysisSettings& settings) {
  return evidence.candidate_uid == candidate_uid && evidence.settings == settings_hash(settings);
}

Evidence start_step(Evidence evidence, TimePoint step_since) {
  for (MetricEvidence& metric : evidence.metrics) {
    metric.uncapped = metric.capped;
    metric.in_favour = {};
    metric.full_load = {};
  }
  evidence.percent = 0;
  evidence.step_since = step_since;
  evidence.step_observed = {};
  evidence.step_canary = {};
  evidence.step_stable = {};
  return evidence;
}

Renamed renamed(AnalysisSettings before, const AnalysisSettings& chosen_now, Evidence evidence) {
  const TimePoint step_since = evidence.step_since;
  Renamed out{std::move(before), start_step(std::move(evidence), step_since)};
  out.settings.latency_bounds = chosen_now.latency_bounds;
  out.settings.stable_slower = chosen_now.stable_slower;
  std::vector<MetricEvidence>& metrics = out.evidence.metrics;
  metrics.resize(std::min<std::size_t>(metrics.size(), 1));
  if (!metrics.empty()) metrics.resize(metric_count(out.settings));
  out.evidence.settings = settings_hash(out.settings);
  return out;
}

Evidence advance(Evidence e, const Interval& i, const AnalysisSettings& settings) {
  if (i.missing || i.end <= i.start || (e.last_end && i.end <= *e.last_end)) return e;
  if (!is_sound(i.canary) || !is_sound(i.stable)) return e;
  const std::size_t metrics = metric_count(settings);
  if (e.metrics.size() != metrics) e.metrics.assign(metrics, MetricEvidence{});
  if (e.percent != 0 && e.percent != i.percent) e = start_step(std::move(e), i.start);
  e.percent = i.percent;

  // An interval that began before this percent was in force tells nothing in favour of it.
  const bool this_step = i.start >= e.step_since;
  const double late = late_mass(e, i, settings);
  for (std::size_t k = 0; k < metrics; ++k) {
    fold(e.metrics[k], metric_at(k, settings), i, settings, late, this_step);
  }
  add(e.canary, i.canary);
  add(e.stable, i.stable);
  if (this_step) {
    add(e.step_canary, i.canary);
    add(e.step_stable, i.stable);
    e.step_observed += i.end - i.start;
  }
  e.last_length = i.end - i.start;
  e.last_end = i.end;
  if (i.canary.requests > 0 && i.stable.requests > 0) e.last_traffic = i.end;
  e.warming_up = metrics > 1 && !settings.warm_up_off && i.canary.young * 2 > i.canary.requests;
  return e;
}

}  // namespace freshet
