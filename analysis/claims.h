// Claims: everything that may be held against a candidate, by name and weight. Each has evidence of
// its own (evidence.h); together they are a weighted mean, never a product, since they depend on
// each other.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/settings.h"

namespace freshet {

enum class ClaimKind { kErrors, kLatency, kLost, kObjective, kCheck };

struct Claim {
  ClaimKind kind = ClaimKind::kErrors;
  // Of a latency claim, the lower of its two neighbouring bounds in Evidence::metrics: against it
  // speaks the lesser of the two bounds' evidence, for it their mean, and a shift of less than one
  // bucket, which only one bound can see, is nobody's regression. Otherwise the place in its list.
  std::size_t index = 0;
  double weight = 1;  // all weights sum to 1
};
std::vector<Claim> claims(const AnalysisSettings& settings);
// "errors", "latency 0.5", "requests lost", "objective errors 2%", "check memory".
std::string claim_name(const Claim& claim, const AnalysisSettings& settings);

// What the weight of each claim of a kind is; 0: there is none.
struct ClaimWeights {
  double errors = 1;
  double latency = 0;
  double lost = 0;
  double objective = 0;
  double check = 0;
};
ClaimWeights claim_weights(const AnalysisSettings& settings);

// Errors and each latency bound: Evidence::metrics.
std::size_t metric_count(const AnalysisSettings& settings);
MarginPair margins_of(const Claim& claim, const AnalysisSettings& settings);

}  // namespace freshet
