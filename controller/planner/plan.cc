// The plan of a rollout.
#include "controller/planner/plan.h"

#include <algorithm>
#include <cmath>

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
constexpr double kAutoPromoteMargin = 0.003;

// Even without a single error a step needs this many canary requests: the rule of three,
// ln(1/β)/δ (analysis.md 2e), with the 1/20 that Advance asks for.
double least_requests(const AnalysisSpec& analysis) {
  const auto& margins = analysis.errors.margins;
  const double plus = margins ? margins->promote.plus : kAutoPromoteMargin;
  return std::log(20.0) / std::max(plus, 1e-6);
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

std::vector<int> merge_plan(const TrackedServiceSpec& spec, std::optional<double> per_second) {
  const std::vector<int>& steps = spec.rollout.steps;
  if (steps.empty()) return {kStepWithoutAny};
  if (!per_second || *per_second <= 0) return steps;
  if (spec.analysis.mode == AnalysisMode::kReadinessOnly) return steps;
  const double longest = to_seconds(spec.rollout.deadline) / kShareOfDeadline;
  std::vector<int> plan;
  for (const int percent : steps) {
    const double needs = least_requests(spec.analysis) / (*per_second * percent / 100.0);
    if (needs <= longest || percent == steps.back()) plan.push_back(percent);
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
