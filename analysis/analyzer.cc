// Folding intervals into evidence.
#include "analysis/analyzer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/claims.h"
#include "analysis/metric_counts.h"
#include "analysis/noise.h"

namespace freshet {
namespace {

constexpr Duration kLateStartEvery = minutes(1);
constexpr Duration kLongInterval = seconds(20);
// The split is held to be random until so many minutes have shown that it is not: it wanders by so
// much more than chance, and by such a part of itself. (Scrapes and restarts make any split of
// heavy traffic wander more than chance, by little.)
constexpr double kLeastMinutes = 1.8;
constexpr double kKnownMinutes = 4.8;  // until the split is known to be random
constexpr double kRandomDispersion = 2.5;
constexpr double kRandomSpread = 0.2;

// A late start once a minute, planned_intervals times, each with the same share of the mass.
double late_mass(Evidence& e, const Interval& i, const AnalysisSettings& settings) {
  const bool due = !e.late_start || i.end - *e.late_start >= kLateStartEvery;
  if (!due || e.late_starts >= settings.planned_intervals) return kLogZero;
  e.late_start = i.end;
  ++e.late_starts;
  return -std::log(static_cast<double>(settings.planned_intervals));
}

double split_dispersion(const Evidence& e) {
  return is_split_random(e) ? 1.0 : std::min(dispersion(e.noise.requests), kMaxDispersion);
}

// One interval on its way into the evidence, with what is the same for all tests of it.
class Folding {
 public:
  // `this_step`: an interval that began before this percent was in force tells nothing in favour
  // of it.
  Folding(const Evidence& e, const Interval& i, const AnalysisSettings& settings, double late,
          bool this_step)
      : i_(i),
        settings_(settings),
        weights_(claim_weights(settings)),
        late_(late),
        this_step_(this_step),
        split_(split_dispersion(e)),
        errors_(std::max(split_, error_dispersion(e, settings))) {}

  void metric(MetricEvidence& evidence, std::optional<double> bound) {
    const MetricQuestion question{bound, settings_.warm_up_off};
    const MarginPair& margins = bound ? settings_.latency : settings_.errors;
    const double weight = bound ? weights_.latency : weights_.errors;
    const double dispersion = bound ? split_ : errors_;
    if (const auto counts = accusing_counts(i_, question)) {
      const auto logs = against_logs(*counts, margins.rollback, tables_);
      FoldOptions options = capped(weight, dispersion);
      fold(evidence.capped, logs, options);
      const double cap = std::exchange(options.cap, FoldOptions{}.cap);
      fold(evidence.uncapped, logs, options);
      if (const auto rate = hour_rate(settings_, bound); rate && this_step_) {
        multiply(evidence.full_load, counts->canary_events, counts->canary, *rate, cap);
      }
    }
    if (!this_step_) return;
    if (const auto counts = clearing_counts(i_, question)) {
      multiply(evidence.in_favour, *counts, margins.promote.times, dispersion, tables_);
    }
  }

  // Where users stick to an arm its share may be anything but next to nothing.
  void loss(LossEvidence& lost, const ShareNoise& split, bool accuses) {
    if (i_.percent < 1 || i_.percent > 99 || !is_observed(i_)) return;
    const auto canary = static_cast<double>(i_.canary.requests);
    const auto stable = static_cast<double>(i_.stable.requests);
    const double share = expected_share(i_);
    const bool known = split_ == 1 && split.weight >= kKnownMinutes;
    const double dispersion = cautious_dispersion(split);
    if (accuses) {
      const auto logs = loss_logs(canary, stable, share, known);
      FoldOptions options = capped(weights_.lost, dispersion);
      fold(lost.against, logs, options);
      options.cap = FoldOptions{}.cap;
      fold(lost.uncapped, logs, options);
    }
    if (stable <= 0) return;
    const double finished = finished_log(canary, stable, share) / dispersion;
    lost.in_favour = std::min(round_down(lost.in_favour + finished), kMostFinished);
  }

  void objective(ObjectiveEvidence& evidence, const Objective& objective) {
    const auto counts = accusing_counts(i_, {objective.bound, settings_.warm_up_off});
    if (!counts) return;
    const FoldOptions options = capped(weights_.objective, objective.bound ? split_ : errors_);
    fold(evidence.alone, rate_logs(counts->canary_events, counts->canary, objective.share),
         options);
    fold(evidence.beside_stable, against_logs(*counts, {1, 0}, tables_), options);
    watch(evidence.watches.canary, counts->canary_events, counts->canary, objective.share);
    watch(evidence.watches.stable, counts->stable_events, counts->stable, objective.share);
  }

  void check(CheckEvidence& evidence, const CheckRule& rule) {
    const auto values = i_.checks.find(rule.name);
    if (values == i_.checks.end()) return;
    const Duration half = (i_.end - i_.start) / 2;  // asked for by another clock
    if (evidence.last && i_.end - *evidence.last + half < rule.every) return;
    evidence.last = i_.end;
    const bool worse = is_worse(rule, values->second);
    ++evidence.looks;
    evidence.worse += worse ? 1 : 0;
    fold(evidence.process, check_logs(worse), capped(weights_.check, 1));
  }

 private:
  // The most one interval may add against the candidate: three must agree. Two of 15 s do not, or
  // rollouts would be reduced by chance; where intervals are longer, waiting for a third costs
  // users most.
  FoldOptions capped(double weight, double dispersion) const {
    const double must_agree = i_.end - i_.start < kLongInterval ? 3 : 2;
    FoldOptions options;
    if (settings_.cap_rollback) {
      options.cap = -std::log(settings_.alpha * weight * kFromStart) / must_agree;
    }
    options.dispersion = dispersion;
    options.late_mass = late_;
    return options;
  }

  const Interval& i_;
  const AnalysisSettings& settings_;
  const ClaimWeights weights_;
  const double late_;
  const bool this_step_;
  const double split_;
  const double errors_;
  EffectTables tables_;
};

void watch_hour(ArmWatches& watches, const Interval& i, const AnalysisSettings& settings) {
  const auto rate = hour_rate(settings, std::nullopt);
  if (!rate) return;
  const auto one = [&rate](RateWatch& arm, const ArmCounts& counts) {
    watch(arm, static_cast<double>(counts.errors), static_cast<double>(counts.requests), *rate);
  };
  one(watches.canary, i.canary);
  one(watches.stable, i.stable);
}

void add_totals(ArmTotals& totals, const ArmCounts& arm) {
  totals.requests += arm.requests;
  totals.errors += arm.errors;
}

// The first interval brings each list to the length that the settings ask for.
void make_room(Evidence& e, const AnalysisSettings& settings) {
  const std::size_t metrics = metric_count(settings);
  if (e.metrics.size() != metrics) e.metrics.assign(metrics, MetricEvidence{});
  e.objectives.resize(settings.objectives.size());
  e.checks.resize(settings.checks.size());
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

double error_dispersion(const Evidence& e, const AnalysisSettings& settings) {
  if (settings.dispersion) return *settings.dispersion;
  return std::min(dispersion(e.noise.errors, e.noise.halves), kMaxDispersion);
}

bool is_split_random(const Evidence& e) {
  const ShareNoise& noise = e.noise.requests;
  return noise.weight < kLeastMinutes || dispersion(noise) <= kRandomDispersion ||
         relative_spread(noise) <= kRandomSpread;
}

Evidence start_step(Evidence evidence, TimePoint step_since) {
  for (MetricEvidence& metric : evidence.metrics) {
    metric.uncapped = metric.capped;
    metric.in_favour = {};
    metric.full_load = {};
  }
  evidence.lost.uncapped = evidence.lost.against;
  evidence.lost.in_favour = 0;
  evidence.percent = 0;
  evidence.step_since = step_since;
  evidence.step_observed = {};
  evidence.step_canary = {};
  evidence.step_stable = {};
  evidence.noise.since.reset();
  forget_reference(evidence.noise.requests);
  forget_reference(evidence.noise.errors);
  forget_reference(evidence.noise.halves);
  return evidence;
}

Renamed renamed(AnalysisSettings before, const AnalysisSettings& chosen_now, Evidence evidence) {
  const TimePoint step_since = evidence.step_since;
  Renamed out{std::move(before), start_step(std::move(evidence), step_since)};
  out.settings.latency_bounds = chosen_now.latency_bounds;
  out.settings.objectives = chosen_now.objectives;
  out.settings.stable_slower = chosen_now.stable_slower;
  std::vector<MetricEvidence>& metrics = out.evidence.metrics;
  metrics.resize(std::min<std::size_t>(metrics.size(), 1));
  if (!metrics.empty()) metrics.resize(metric_count(out.settings));
  std::vector<ObjectiveEvidence>& objectives = out.evidence.objectives;
  for (std::size_t k = 0; k < objectives.size(); ++k) {
    const auto& now = out.settings.objectives;
    if (k >= now.size() || now[k].bound) objectives[k] = {};
  }
  out.evidence.settings = settings_hash(out.settings);
  return out;
}

Evidence advance(Evidence e, const Interval& i, const AnalysisSettings& settings) {
  if (i.missing || i.end <= i.start || (e.last_end && i.end <= *e.last_end)) return e;
  if (!is_sound(i)) return e;
  make_room(e, settings);
  if (e.percent != 0 && e.percent != i.percent) e = start_step(std::move(e), i.start);
  e.percent = i.percent;

  const Duration length = i.end - i.start;
  const bool this_step = i.start >= e.step_since;
  const double late = late_mass(e, i, settings);
  Folding folding(e, i, settings, late, this_step);
  for (std::size_t k = 0; k < e.metrics.size(); ++k) {
    folding.metric(e.metrics[k],
                   k == 0 ? std::nullopt : std::optional(settings.latency_bounds[k - 1]));
  }
  // Right after a change of percent, what is finished was begun before it; right after a gap, pods
  // come back into view one after the other. Two intervals hold what takes less than one of them.
  if (!e.last_end || i.start != *e.last_end) e.unbroken_since = i.start;
  const auto settled = [&](Duration longest) {
    const Duration under_way = std::max<Duration>(longest - length, Duration{});
    return std::max(e.step_since, e.unbroken_since) + under_way;
  };
  if (i.start >= settled(settings.longest_waited) + 2 * length) {
    folding.loss(e.lost, e.noise.requests,
                 i.start >= settled(settings.longest_request) + 2 * length);
  }
  for (std::size_t k = 0; k < e.objectives.size(); ++k) {
    folding.objective(e.objectives[k], settings.objectives[k]);
  }
  for (std::size_t k = 0; k < e.checks.size(); ++k) {
    folding.check(e.checks[k], settings.checks[k]);
  }
  watch_hour(e.hour, i, settings);
  if (this_step) learn_noise(e.noise, i, i.start >= settled(settings.longest_waited));

  add_totals(e.canary, i.canary);
  add_totals(e.stable, i.stable);
  if (this_step) {
    add_totals(e.step_canary, i.canary);
    add_totals(e.step_stable, i.stable);
    e.step_observed += length;
  }
  e.last_length = length;
  e.last_end = i.end;
  if (i.stable.requests > 0) e.last_stable_traffic = i.end;
  if (i.canary.requests > 0) e.last_canary_traffic = i.end;
  if (i.canary.requests > 0 && i.stable.requests > 0) e.last_traffic = i.end;
  e.warming_up =
      e.metrics.size() > 1 && !settings.warm_up_off && i.canary.young * 2 > i.canary.requests;
  return e;
}

}  // namespace freshet
