// From evidence to a verdict.
#include <algorithm>
#include <cmath>

#include "analysis/analyzer.h"
#include "analysis/claims.h"
#include "analysis/sentence.h"

namespace freshet {
namespace {

constexpr double kLeaning = 3;      // an e-value against that PromoteIfClean refuses
constexpr double kDoubt = 0.5;      // ln E against above which nothing is let through
constexpr double kSharedLevel = 1;  // of the canary's watch, while stable's has the alarm

// ln e of each metric, worked out once; claims about latency look at two of them.
template <class LogValue>
std::vector<double> each_metric(const Evidence& e, const LogValue& log_value_of) {
  std::vector<double> out;
  out.reserve(e.metrics.size());
  for (const MetricEvidence& metric : e.metrics) out.push_back(log_value_of(metric));
  return out;
}

// Of errors and latency, from `metrics`; the lesser of two e-processes is one under either's null.
double of_metrics(const Claim& claim, const std::vector<double>& metrics) {
  if (claim.kind == ClaimKind::kErrors) return metrics[0];
  return std::min(metrics[claim.index], metrics[claim.index + 1]);
}

// ln e of each claim, in their order. `metrics`: of errors and latency; `lost`: of requests lost.
std::vector<double> each_claim(const Evidence& e, const std::vector<Claim>& all,
                               const std::vector<double>& metrics, const LossProcess& lost) {
  std::vector<double> out;
  out.reserve(all.size());
  for (const Claim& claim : all) {
    switch (claim.kind) {
      case ClaimKind::kErrors:
      case ClaimKind::kLatency: out.push_back(of_metrics(claim, metrics)); break;
      case ClaimKind::kLost: out.push_back(log_value(lost)); break;
      case ClaimKind::kObjective: {
        const ObjectiveEvidence& objective = e.objectives[claim.index];
        out.push_back(std::min(log_value(objective.alone), log_value(objective.beside_stable)));
        break;
      }
      case ClaimKind::kCheck: out.push_back(log_value(e.checks[claim.index].process)); break;
    }
  }
  return out;
}

// The weighted mean, and the claim that contributes most to it.
struct Against {
  double log_e = kLogZero;
  std::size_t dominant = 0;
};
Against combine(const std::vector<Claim>& all, const std::vector<double>& log_es) {
  Against out;
  double best = kLogZero;
  for (std::size_t k = 0; k < log_es.size(); ++k) {
    const double part = std::log(all[k].weight) + log_es[k];
    if (part > best) out.dominant = k;
    best = std::max(best, part);
    out.log_e = log_add(out.log_e, part);
  }
  return out;
}

// At full load only errors and latency are known of stable's hour.
Against combine_full_load(const Evidence& e, const std::vector<Claim>& all) {
  const std::vector<double> metrics =
      each_metric(e, [](const MetricEvidence& m) { return log_value(m.full_load); });
  std::vector<double> log_es;
  for (const Claim& claim : all) {
    const bool known = claim.kind == ClaimKind::kErrors || claim.kind == ClaimKind::kLatency;
    log_es.push_back(known ? of_metrics(claim, metrics) : 0);
  }
  return combine(all, log_es);
}

// What must be shown: errors, latency, and that its requests come back. The minimum over all must
// pass (an intersection-union test: no correction).
struct InFavour {
  std::map<std::string, double> by_claim;
  double least = 0;
};
InFavour in_favour(const Evidence& e, const std::vector<Claim>& all,
                   const AnalysisSettings& settings, const JudgeContext& context,
                   double threshold) {
  InFavour out;
  const double soaked = to_seconds(e.step_observed) / to_seconds(settings.evidence_soak);
  const double next = context.last_step ? 100 : context.next_percent;
  EffectTables tables;
  std::vector<double> metrics;
  for (std::size_t k = 0; k < e.metrics.size(); ++k) {
    Margin margin = (k == 0 ? settings.errors : settings.latency).promote;
    margin.plus = step_plus(margin.plus, next);
    const auto rate = stable_rate(
        settings, k == 0 ? std::nullopt : std::optional(settings.latency_bounds[k - 1]));
    const ForWeights weights = for_weights(rate, margin, context.percent / 100.0, tables);
    metrics.push_back(log_value(e.metrics[k].in_favour, margin.plus, weights));
  }
  for (const Claim& claim : all) {
    double log_e = 0;
    switch (claim.kind) {
      case ClaimKind::kErrors: log_e = metrics[0]; break;
      case ClaimKind::kLatency:
        log_e = log_add(metrics[claim.index], metrics[claim.index + 1]) - std::log(2);
        break;
      case ClaimKind::kLost: log_e = e.lost.in_favour; break;
      case ClaimKind::kObjective:
      case ClaimKind::kCheck: continue;
    }
    if (settings.cap_promote) log_e = std::min(log_e, threshold * soaked);
    out.least = out.by_claim.empty() ? log_e : std::min(out.least, log_e);
    out.by_claim[claim_name(claim, settings)] = log_e;
  }
  return out;
}

// Canary requests until the least evidence for would pass, at the rate stable has shown.
std::int64_t still_needed(const Evidence& e, const AnalysisSettings& settings,
                          const JudgeContext& context, const InFavour& favour, double threshold) {
  const double next = context.last_step ? 100 : context.next_percent;
  const double rate = e.stable.requests > 0 ? static_cast<double>(e.stable.errors) /
                                                  static_cast<double>(e.stable.requests)
                                            : settings.stable_error_rate.value_or(0);
  Margin margin = settings.errors.promote;
  margin.plus = step_plus(margin.plus, next);
  const auto total = static_cast<double>(
      requests_needed(rate, margin, context.percent / 100.0, std::exp(-threshold)));
  const auto done = static_cast<double>(e.step_canary.requests);
  double needed = 0;
  for (const auto& [name, log_e] : favour.by_claim) {
    if (log_e >= threshold) continue;
    // Errors by the estimate; latency by what its requests have yielded so far.
    const bool by_estimate = name == "errors" || log_e <= 0.3 || done <= 0;
    const double each = by_estimate ? threshold / total : log_e / done;
    if (by_estimate && total <= 0) return 0;
    needed = std::max(needed, (threshold - log_e) / each);
  }
  return static_cast<std::int64_t>(std::min(std::ceil(needed), 1e9));
}

// The canary finishes nothing while stable does.
bool is_silent(const Evidence& e, const JudgeContext& context) {
  const TimePoint since = std::max(e.step_since, context.step_since);
  const TimePoint last = std::max(e.last_canary_traffic.value_or(since), since);
  return e.last_stable_traffic && *e.last_stable_traffic - last >= kNoTrafficAfter;
}

bool is_shared(const ArmWatches& watches) {
  return is_exceeding(watches.stable) && watches.canary.level >= kSharedLevel;
}

bool is_shared_incident(const Evidence& e) {
  return is_shared(e.hour) ||
         std::any_of(e.objectives.begin(), e.objectives.end(),
                     [](const ObjectiveEvidence& o) { return is_shared(o.watches); });
}

bool is_recent(std::optional<TimePoint> when, const Evidence& e, TimePoint now) {
  const Duration stale_after =
      std::max<Duration>(kStaleAfter, 4 * std::max(e.reader.period, e.last_length));
  return when && now - *when <= stale_after;
}

bool is_unread(const Evidence& e, const JudgeContext& context, TimePoint now) {
  const TimePoint since = std::max(e.step_since, context.step_since);
  return !is_recent(std::max(e.last_end.value_or(since), since), e, now);
}

// A pod that has just come has shown nothing yet: it is asleep for as long as metrics may be late.
bool is_asleep(const Evidence& e, const JudgeContext& context, TimePoint now) {
  return is_unread(e, context, now) && is_recent(context.without_pods, e, now);
}

std::vector<AnalysisHold> holds_of(const Evidence& e, const AnalysisSettings& settings,
                                   const JudgeContext& context, TimePoint now) {
  std::vector<AnalysisHold> holds;
  const TimePoint since = std::max(e.step_since, context.step_since);
  const bool asleep = is_asleep(e, context, now);
  if (is_unread(e, context, now) && !asleep) holds.push_back(AnalysisHold::kStaleMetrics);
  const TimePoint traffic = std::max(e.last_traffic.value_or(since), since);
  const bool idle = e.last_end && *e.last_end - traffic >= kNoTrafficAfter;
  if (idle || asleep) holds.push_back(AnalysisHold::kNoTraffic);
  if (is_shared_incident(e)) holds.push_back(AnalysisHold::kSharedIncident);
  if (silent_check(e, settings) != nullptr) holds.push_back(AnalysisHold::kNoCheckValue);
  if (!is_split_random(e)) holds.push_back(AnalysisHold::kSplitNotRandom);
  if (e.warming_up) holds.push_back(AnalysisHold::kWarmingUp);
  return holds;
}

// Evidence of other settings than these.
bool is_of_others(const Evidence& e, const AnalysisSettings& settings) {
  return e.metrics.size() != metric_count(settings) ||
         e.objectives.size() != settings.objectives.size() ||
         e.checks.size() != settings.checks.size();
}

}  // namespace

const CheckRule* silent_check(const Evidence& e, const AnalysisSettings& settings) {
  for (std::size_t k = 0; k < std::min(e.checks.size(), settings.checks.size()); ++k) {
    const TimePoint spoke = std::max(e.checks[k].last.value_or(e.step_since), e.step_since);
    const Duration silent_after = settings.checks[k].every + kCheckSilentAfter;
    if (e.last_end && *e.last_end - spoke >= silent_after) return &settings.checks[k];
  }
  return nullptr;
}

Verdict judge(const Evidence& e, const AnalysisSettings& settings, const JudgeContext& context,
              TimePoint now) {
  Verdict v;
  v.rollback_threshold = -std::log(settings.alpha);
  v.promote_threshold = context.last_step ? -std::log(settings.beta) : std::log(kAdvanceEvidence);
  v.canary = e.canary;
  v.stable = e.stable;
  v.step_requests = e.step_since < context.step_since ? 0 : e.step_canary.requests;
  v.holds = holds_of(e, settings, context, now);
  v.unseen = e.step_since < context.step_since || e.step_observed == Duration{0};
  v.silent = is_silent(e, context);
  v.asleep = is_asleep(e, context, now);
  v.metric = claim_name({}, settings);
  if (e.metrics.empty()) {
    v.sentence = sentence_of(v, e, settings, context);
    return v;
  }
  if (is_of_others(e, settings)) return v;

  const std::vector<Claim> all = claims(settings);
  const auto log_es = each_claim(
      e, all, each_metric(e, [](const MetricEvidence& m) { return log_value(m.capped); }),
      e.lost.against);
  const Against against = combine(all, log_es);
  const Against suspect = combine(
      all, each_claim(e, all,
                      each_metric(e, [](const MetricEvidence& m) { return log_value(m.uncapped); }),
                      e.lost.uncapped));
  const Against full_load = context.baking ? combine_full_load(e, all) : Against{};
  const InFavour favour = in_favour(e, all, settings, context, v.promote_threshold);
  v.rollback_evidence = against.log_e;
  v.metric = claim_name(all[against.dominant], settings);
  v.promote_evidence = favour.by_claim;
  v.dispersion = error_dispersion(e, settings);
  for (std::size_t k = 0; k < all.size(); ++k) {
    v.against[claim_name(all[k], settings)] = log_es[k];
    if (log_es[k] >= std::log(kLeaning)) v.leaning_against = true;
  }

  const double threshold = v.rollback_threshold;
  // Of holds only the warm-up lets errors and grown instances speak.
  const bool held = std::any_of(v.holds.begin(), v.holds.end(),
                                [](AnalysisHold hold) { return hold != AnalysisHold::kWarmingUp; });
  const auto reduce = [&](const Against& by) {
    v.kind = VerdictKind::kReduce;
    v.metric = claim_name(all[by.dominant], settings);
  };
  const bool is_suspect = suspect.log_e >= threshold;
  if (is_suspect) v.leaning_against = true;
  if (against.log_e >= threshold) {
    v.kind = VerdictKind::kRollback;
  } else if (is_suspect && !context.first_step) {
    reduce(suspect);
  } else if (full_load.log_e >= threshold) {
    reduce(full_load);
  } else if (!context.baking && !held && !is_suspect && against.log_e <= kDoubt &&
             favour.least >= v.promote_threshold && !is_soaking(e, settings, context)) {
    v.kind = context.last_step ? VerdictKind::kPromote : VerdictKind::kAdvance;
  }
  if (v.kind == VerdictKind::kContinue && !context.baking) {
    v.needed = still_needed(e, settings, context, favour, v.promote_threshold);
  }
  const bool stays = is_suspect && v.kind == VerdictKind::kContinue;
  v.sentence = stays ? first_step_sentence(claim_name(all[suspect.dominant], settings), e)
                     : sentence_of(v, e, settings, context);
  return v;
}

}  // namespace freshet
