// A verdict in words.
#include "analysis/sentence.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/claims.h"
#include "base/text.h"

namespace freshet {
namespace {

std::string counts_text(const ArmTotals& canary, const ArmTotals& stable) {
  return fmt::format("canary {}/{} errors against {}/{}", canary.errors, canary.requests,
                     stable.errors, stable.requests);
}

// What the claim that speaks loudest rests on.
std::string dominant_text(const Verdict& v, const Evidence& e, const AnalysisSettings& settings,
                          const JudgeContext& context) {
  for (const Claim& claim : claims(settings)) {
    if (claim_name(claim, settings) != v.metric) continue;
    if (claim.kind == ClaimKind::kLost) {
      const double share = context.percent / 100.0;
      return fmt::format("at {} % it finished {} of about {:.0f} requests", context.percent,
                         e.step_canary.requests,
                         static_cast<double>(e.step_stable.requests) * share / (1 - share));
    }
    if (claim.kind == ClaimKind::kCheck) {
      const CheckEvidence& check = e.checks[claim.index];
      return fmt::format("worse in {} of {} looks", check.worse, check.looks);
    }
    if (claim.kind == ClaimKind::kLatency) {
      return fmt::format("more of its {} requests take longer than {} s; {}", e.canary.requests,
                         settings.latency_bounds[claim.index], counts_text(v.canary, v.stable));
    }
  }
  return counts_text(v.canary, v.stable);
}

std::string margin_text(const Margin& margin, double next) {
  return fmt::format("not worse than {} × + {:.4g} %", margin.times,
                     100 * step_plus(margin.plus, next));
}

// Why nothing may be raised, whatever the evidence; "" where something may.
std::string hold_text(AnalysisHold hold, const Evidence& e, const AnalysisSettings& settings,
                      bool asleep, const std::string& counts) {
  switch (hold) {
    case AnalysisHold::kStaleMetrics:
      return e.last_end ? fmt::format("held: no metrics since {}", format_rfc3339(*e.last_end))
                        : std::string("held: no metrics have been read yet");
    case AnalysisHold::kNoTraffic:
      return (asleep ? "held: both Revisions are scaled to zero, "
                     : "held: not both arms have traffic, ") +
             counts;
    case AnalysisHold::kSharedIncident:
      return "held: stable fails as the candidate does, nobody's fault; " + counts;
    case AnalysisHold::kNoCheckValue: {
      const CheckRule* silent = silent_check(e, settings);
      return fmt::format("held: check {} gives no value for both Revisions, {}",
                         silent != nullptr ? silent->name : "", counts);
    }
    case AnalysisHold::kSplitNotRandom:
      return fmt::format(
          "held: the candidate's share of requests varies {:.1f} times as much as random routing "
          "lets it (do clients stick to one Revision?), {}",
          dispersion(e.noise.requests), counts);
    case AnalysisHold::kWarmingUp: break;
  }
  return "";
}

std::string waiting_text(const Verdict& v, const Evidence& e, const AnalysisSettings& settings,
                         const JudgeContext& context) {
  const std::string counts = counts_text(e.step_canary, e.step_stable);
  for (const AnalysisHold hold : v.holds) {
    std::string text = hold_text(hold, e, settings, v.asleep, counts);
    if (!text.empty()) return text;
  }
  if (context.baking) {
    return fmt::format("baking: {}, evidence against {:.1f} of {:.1f}", counts, v.rollback_evidence,
                       v.rollback_threshold);
  }
  const char* warming = v.holds.empty() ? "" : "; latency waits for instances to warm up";
  if (v.needed == 0 && !v.promote_evidence.empty() && is_soaking(e, settings, context)) {
    return fmt::format("soaking: {} of {} at {} %, {}", format_age(e.step_observed),
                       format_age(settings.promote_soak), context.percent, counts);
  }
  if (v.needed == 0) return fmt::format("waiting: {}{}", counts, warming);
  return fmt::format("waiting: {} of about {} requests, {}{}",
                     with_thousands(e.step_canary.requests),
                     with_thousands(e.step_canary.requests + v.needed), counts, warming);
}

}  // namespace

bool is_soaking(const Evidence& e, const AnalysisSettings& settings, const JudgeContext& context) {
  return context.last_step && e.step_observed < settings.promote_soak;
}

std::string first_step_sentence(const std::string& suspect, const Evidence& e) {
  return fmt::format("suspect: {}, {}; its first percent stays while it is judged", suspect,
                     counts_text(e.step_canary, e.step_stable));
}

std::string sentence_of(const Verdict& v, const Evidence& e, const AnalysisSettings& settings,
                        const JudgeContext& context) {
  const double next = context.last_step ? 100 : context.next_percent;
  const std::string step_counts = counts_text(e.step_canary, e.step_stable);
  switch (v.kind) {
    case VerdictKind::kRollback:
      return fmt::format("worse than stable: {}, {}, evidence {:.1f} of {:.1f}", v.metric,
                         dominant_text(v, e, settings, context), v.rollback_evidence,
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

}  // namespace freshet
