// The list of claims and what each weighs.
#include "analysis/claims.h"

#include <fmt/format.h>

#include <algorithm>

namespace freshet {
namespace {

// Of a kind altogether; those that are absent leave theirs to the others.
constexpr double kMain = 0.4;
constexpr double kOther = 0.1;

std::size_t latency_pairs(const AnalysisSettings& settings) {
  const std::size_t metrics = metric_count(settings);
  return metrics == 1 ? 0 : metrics - 2;
}

}  // namespace

std::size_t metric_count(const AnalysisSettings& settings) {
  const std::size_t bounds = settings.latency_bounds.size();
  return bounds < 2 ? 1 : std::min(bounds + 1, kMaxMetrics);
}

ClaimWeights claim_weights(const AnalysisSettings& settings) {
  const auto each = [](double all, std::size_t count) {
    return count == 0 ? 0 : all / static_cast<double>(count);
  };
  const std::size_t pairs = latency_pairs(settings);
  double total = kMain + kOther;
  if (pairs > 0) total += kMain;
  if (!settings.objectives.empty()) total += kOther;
  if (!settings.checks.empty()) total += kOther;
  return {kMain / total, each(kMain / total, pairs), kOther / total,
          each(kOther / total, settings.objectives.size()),
          each(kOther / total, settings.checks.size())};
}

std::vector<Claim> claims(const AnalysisSettings& settings) {
  const ClaimWeights weights = claim_weights(settings);
  std::vector<Claim> out;
  out.push_back({ClaimKind::kErrors, 0, weights.errors});
  for (std::size_t k = 1; k <= latency_pairs(settings); ++k) {
    out.push_back({ClaimKind::kLatency, k, weights.latency});
  }
  out.push_back({ClaimKind::kLost, 0, weights.lost});
  for (std::size_t k = 0; k < settings.objectives.size(); ++k) {
    out.push_back({ClaimKind::kObjective, k, weights.objective});
  }
  for (std::size_t k = 0; k < settings.checks.size(); ++k) {
    out.push_back({ClaimKind::kCheck, k, weights.check});
  }
  return out;
}

std::string claim_name(const Claim& claim, const AnalysisSettings& settings) {
  switch (claim.kind) {
    case ClaimKind::kErrors: break;
    case ClaimKind::kLatency:
      return fmt::format("latency {}", settings.latency_bounds[claim.index]);
    case ClaimKind::kLost: return "requests lost";
    case ClaimKind::kObjective: return objective_name(settings.objectives[claim.index]);
    case ClaimKind::kCheck: return "check " + settings.checks[claim.index].name;
  }
  return "errors";
}

MarginPair margins_of(const Claim& claim, const AnalysisSettings& settings) {
  return claim.kind == ClaimKind::kErrors ? settings.errors : settings.latency;
}

}  // namespace freshet
