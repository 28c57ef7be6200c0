// From evidence to a verdict.
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/analyzer.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr double kAdvanceEvidence = 20;  // e-value for the next percent, this step's data alone
constexpr double kLeaning = 3;           // an e-value against that PromoteIfClean refuses
constexpr double kDoubt = 0.5;           // ln E against above which nothing is let through

struct Against {
  double log_e = 0;  // of the weighted mean
  std::size_t dominant = 0;
};

// ln e against a claim: both of its metrics must speak against it (the lesser of two e-processes is
// one under either's null).
template <class LogValue>
double claim_against(const Evidence& evidence, const MetricTest& test,
                     const LogValue& log_value_of) {
  return std::min(log_value_of(evidence.metrics[test.first]),
                  log_value_of(evidence.metrics[test.second]));
}

template <class LogValue>
Against combine(const Evidence& evidence, const std::vector<MetricTest>& tests,
                const LogValue& log_value_of) {
  Against out{kLogZero, 0};
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < tests.size() && !evidence.metrics.empty(); ++k) {
    const double part = std::log(tests[k].weight) + claim_against(evidence, tests[k], log_value_of);
    if (part > best) out.dominant = k;
    best = std::max(best, part);
    out.log_e = log_add(out.log_e, part);
  }
  if (evidence.metrics.empty()) out.log_e = 0;
  return out;
}

struct InFavour {
  std::map<std::string, double> by_metric;
  double least = 0;
};

// The minimum over all metrics must pass (an intersection-union test: no correction).
InFavour in_favour(const Evidence& e, const std::vector<MetricTest>& tests,
                   const AnalysisSettings& settings, const JudgeContext& context,
                   double threshold) {
  InFavour out;
  const double soaked = to_seconds(e.step_observed) / to_seconds(settings.evidence_soak);
  const double next = context.last_step ? 100 : context.next_percent;
  for (std::size_t k = 0; k < tests.size() && !e.metrics.empty(); ++k) {
    const double plus = step_plus(tests[k].margins.promote.plus, next);
    double log_e = log_add(log_value(e.metrics[tests[k].first].in_favour, plus),
                           log_value(e.metrics[tests[k].second].in_favour, plus)) -
                   std::log(2);
    if (settings.cap_promote) log_e = std::min(log_e, threshold * soaked);
    out.by_metric[tests[k].name] = log_e;
    out.least = k == 0 ? log_e : std::min(out.least, log_e);
  }
  return out;
}

// Canary requests until the least evidence for would pass, at the rate stable has shown.
std::int64_t still_needed(const Evidence& e, const std::vector<MetricTest>& tests,
                          const AnalysisSettings& settings, const JudgeContext& context,
                          const InFavour& favour, double threshold) {
  const double next = context.last_step ? 100 : context.next_percent;
  const double rate = e.stable.requests > 0 ? static_cast<double>(e.stable.errors) /
                                                  static_cast<double>(e.stable.requests)
                                            : settings.stable_error_rate.value_or(0);
  Margin margin = tests[0].margins.promote;
  margin.plus = step_plus(margin.plus, next);
  const auto total = static_cast<double>(
      requests_needed(rate, margin, context.percent / 100.0, std::exp(-threshold)));
  const auto done = static_cast<double>(e.step_canary.requests);
  double needed = 0;
  for (const auto& [name, log_e] : favour.by_metric) {
    if (log_e >= threshold) continue;
    // Errors by the estimate; latency by what its requests have yielded so far.
    const bool by_estimate = name == tests[0].name || log_e <= 0.3 || done <= 0;
    const double each = by_estimate ? threshold / total : log_e / done;
    if (by_estimate && total <= 0) return 0;
    needed = std::max(needed, (threshold - log_e) / each);
  }
  return static_cast<std::int64_t>(std::min(std::ceil(needed), 1e9));
}

std::vector<AnalysisHold> holds_of(const Evidence& e, const JudgeContext& context, TimePoint now) {
  std::vector<AnalysisHold> holds;
  const TimePoint since = std::max(e.step_since, context.step_since);
  const TimePoint read = std::max(e.last_end.value_or(since), since);
  const Duration stale_after =
      std::max<Duration>(kStaleAfter, 4 * std::max(e.reader.period, e.last_length));
  if (now - read > stale_after) holds.push_back(AnalysisHold::kStaleMetrics);
  const TimePoint traffic = std::max(e.last_traffic.value_or(since), since);
  if (e.last_end && *e.last_end - traffic >= kNoTrafficAfter) {
    holds.push_back(AnalysisHold::kNoTraffic);
  }
  if (e.warming_up) holds.push_back(AnalysisHold::kWarmingUp);
  return holds;
}

std::string counts_text(const ArmTotals& canary, const ArmTotals& stable) {
  return fmt::format("canary {}/{} errors against {}/{}", canary.errors, canary.requests,
                     stable.errors, stable.requests);
}

std::string margin_text(const Margin& margin, double next) {
  return fmt::format("not worse than {} × + {:.4g} %", margin.times,
                     100 * step_plus(margin.plus, next));
}

bool soaking(const Evidence& e, const AnalysisSettings& settings, const JudgeContext& context) {
  return context.last_step && e.step_observed < settings.promote_soak;
}

std::string waiting_text(const Verdict& v, const Evidence& e, const AnalysisSettings& settings,
                         const JudgeContext& context) {
  const std::string counts = counts_text(e.step_canary, e.step_stable);
  for (AnalysisHold hold : v.holds) {
    if (hold == AnalysisHold::kStaleMetrics) {
      return e.last_end ? fmt::format("held: no metrics since {}", format_rfc3339(*e.last_end))
                        : std::string("held: no metrics have been read yet");
    }
    if (hold == AnalysisHold::kNoTraffic) return "held: no traffic on both arms, " + counts;
  }
  if (context.baking) {
    return fmt::format("baking: {}, evidence against {:.1f} of {:.1f}", counts, v.rollback_evidence,
                       v.rollback_threshold);
  }
  const char* warming = v.holds.empty() ? "" : "; latency waits for instances to warm up";
  if (v.needed == 0 && !v.promote_evidence.empty() && soaking(e, settings, context)) {
    return fmt::format("soaking: {} of {} at {} %, {}", format_age(e.step_observed),
                       format_age(settings.promote_soak), context.percent, counts);
  }
  if (v.needed == 0) return fmt::format("waiting: {}{}", counts, warming);
  return fmt::format("waiting: {} of about {} requests, {}{}",
                     with_thousands(e.step_canary.requests),
                     with_thousands(e.step_canary.requests + v.needed), counts, warming);
}

std::string sentence_of(const Verdict& v, const Evidence& e, const AnalysisSettings& settings,
                        const JudgeContext& context) {
  const double next = context.last_step ? 100 : context.next_percent;
  const std::string step_counts = counts_text(e.step_canary, e.step_stable);
  switch (v.kind) {
    case VerdictKind::kRollback:
      return fmt::format("worse than stable: {}, {}, evidence {:.1f} of {:.1f}", v.metric,
                         counts_text(v.canary, v.stable), v.rollback_evidence,
                         v.rollback_threshold);
    case VerdictKind::kReduce:
      return fmt::format("suspect: {}, {}; fewer users see it while it is judged", v.metric,
                         step_counts);
    case VerdictKind::kAdvance:
    case VerdictKind::kPromote:
      return fmt::format("shown at {} %: {}, {}", context.percent,
                         margin_text(settings.errors.promote, next), step_counts);
    case VerdictKind::kContinue:
    case VerdictKind::kInconclusive: break;
  }
  return waiting_text(v, e, settings, context);
}

bool has(const Verdict& v, AnalysisHold hold) {
  return std::find(v.holds.begin(), v.holds.end(), hold) != v.holds.end();
}

}  // namespace

Verdict judge(const Evidence& e, const AnalysisSettings& settings, const JudgeContext& context,
              TimePoint now) {
  const std::vector<MetricTest> tests = metric_tests(settings);
  Verdict v;
  v.rollback_threshold = -std::log(settings.alpha);
  v.promote_threshold = context.last_step ? -std::log(settings.beta) : std::log(kAdvanceEvidence);
  v.canary = e.canary;
  v.stable = e.stable;
  v.holds = holds_of(e, context, now);
  v.metric = tests[0].name;
  if (!e.metrics.empty() && e.metrics.size() != metric_count(settings)) return v;  // of others

  const auto capped = [](const MetricEvidence& m) { return log_value(m.capped); };
  const Against against = combine(e, tests, capped);
  const Against suspect =
      combine(e, tests, [](const MetricEvidence& m) { return log_value(m.uncapped); });
  const Against full_load =
      combine(e, tests, [](const MetricEvidence& m) { return log_value(m.full_load); });
  const InFavour favour = in_favour(e, tests, settings, context, v.promote_threshold);
  v.rollback_evidence = against.log_e;
  v.metric = tests[against.dominant].name;
  v.promote_evidence = favour.by_metric;
  for (const MetricTest& test : tests) {
    if (e.metrics.empty()) break;
    if (claim_against(e, test, capped) >= std::log(kLeaning)) v.leaning_against = true;
  }

  const double threshold = v.rollback_threshold;
  const bool blind = has(v, AnalysisHold::kStaleMetrics) || has(v, AnalysisHold::kNoTraffic);
  if (against.log_e >= threshold) {
    v.kind = VerdictKind::kRollback;
  } else if (!context.first_step && suspect.log_e >= threshold) {
    v.kind = VerdictKind::kReduce;
    v.metric = tests[suspect.dominant].name;
  } else if (context.baking && full_load.log_e >= threshold) {
    v.kind = VerdictKind::kReduce;
    v.metric = tests[full_load.dominant].name;
  } else if (!context.baking && !blind && !e.metrics.empty() && against.log_e <= kDoubt &&
             favour.least >= v.promote_threshold && !soaking(e, settings, context)) {
    v.kind = context.last_step ? VerdictKind::kPromote : VerdictKind::kAdvance;
  }
  if (v.kind == VerdictKind::kContinue && !context.baking) {
    v.needed = still_needed(e, tests, settings, context, favour, v.promote_threshold);
  }
  v.sentence = sentence_of(v, e, settings, context);
  return v;
}

}  // namespace freshet
