// The plan of a rollout.
#include "controller/planner/plan.h"

#include <algorithm>
#include <cmath>

#include "analysis/settings.h"
#include "base/text.h"
#include "controller/planner/look.h"

namespace freshet::planning {
namespace {

constexpr int kShareOfDeadline = 6;
constexpr int kStepWithoutAny = 50;
constexpr double kStableRequests = 300;
constexpr int kLeastHoldback = 2;
constexpr int kMostHoldback = 20;
constexpr int kUnknownHoldback = 10;

// Seconds that a step takes at least: without a single error, and as soon as Advance may be earned
// for the next percent (analysis/README.md).
double least_seconds(const TrackedServiceSpec& spec, double per_second, int percent, int next) {
  Margin margin{1.5, 0};
  if (spec.analysis.errors.margins) {
    margin = spec.analysis.errors.margins->promote;
  } else {
    StableBaseline traffic;
    traffic.requests_per_second = per_second;
    margin.plus = auto_plus(spec.rollout, traffic, spec.analysis.missed_regression);
  }
  margin.plus = step_plus(margin.plus, next);
  const auto needed =
      static_cast<double>(requests_needed(0, margin, percent / 100.0, 1 / kAdvanceEvidence));
  return needed / (per_second * percent / 100.0);
}

std::optional<double> observed_rate(const Pass& pass, const Rollout& rollout) {
  if (!verdict_counts(pass)) return std::nullopt;
  const Verdict& verdict = pass.seen.verdict;
  const auto requests = static_cast<double>(verdict.canary.requests + verdict.stable.requests);
  const double length = to_seconds(pass.now - rollout.started);
  if (requests <= 0 || length <= 0) return std::nullopt;
  return requests / length;
}

int automatic_holdback(const Pass& pass, const Rollout& rollout) {
  const auto rate = observed_rate(pass, rollout);
  const double length = to_seconds(pass.rules().bake.duration);
  if (!rate || length <= 0) return kUnknownHoldback;
  const double percent = std::ceil(100.0 * kStableRequests / (*rate * length));
  return static_cast<int>(std::clamp<double>(percent, kLeastHoldback, kMostHoldback));
}

}  // namespace

std::vector<int> merge_plan(const TrackedServiceSpec& spec, const std::vector<int>& steps,
                            std::optional<double> per_second) {
  if (steps.empty()) return {kStepWithoutAny};
  if (!per_second || *per_second <= 0) return steps;
  if (spec.analysis.mode == AnalysisMode::kReadinessOnly) return steps;
  const double longest = to_seconds(spec.rollout.deadline) / kShareOfDeadline;
  std::vector<int> plan;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool last = i + 1 == steps.size();
    const int next = last ? 100 : steps[i + 1];
    if (last || least_seconds(spec, *per_second, steps[i], next) <= longest) {
      plan.push_back(steps[i]);
    }
  }
  return plan;
}

int holdback(const Pass& pass, const Rollout& rollout) {
  const auto& given = pass.rules().bake.holdback;
  const int wanted = given ? *given : automatic_holdback(pass, rollout);
  return std::clamp(wanted, 1, std::max(1, 100 - rollout.plan.back()));
}

std::string rollout_id(const Pass& pass) {
  std::string id;
  for (int salt = 0;; ++salt) {
    const std::string text = pass.service.uid.get() + "/" + std::to_string(pass.core.seq + 1) +
                             "/" + std::to_string(salt);
    id = sha256_hex(text).substr(0, 8);
    const bool taken = std::ranges::any_of(
        pass.seen.revisions, [&](const auto& entry) { return entry.second.rollout_id == id; });
    if (!taken) return id;
  }
}

}  // namespace freshet::planning
