// The sum of an arm's pods.
#include "analysis/arm_counting.h"

#include <utility>

namespace freshet {

void ArmCounting::end_pod(const PodSeries& pod, TimePoint from) {
  const ArmTotals now{totals_.counts.requests, totals_.counts.errors};
  if (in_half_) {
    half_.requests += now.requests - before_.requests;
    half_.errors += now.errors - before_.errors;
  }
  in_half_ = !in_half_;
  before_ = now;
  const Duration observed = pod.scrapes.back().at - from;
  if (observed <= Duration{}) return;
  observed_ += observed;
  ++observed_pods_;
}

ArmCounts ArmCounting::finish(const std::vector<double>& bounds) && {
  ArmCounts out = freshet::finish(std::move(totals_), bounds);
  out.observed = observed_pods_ > 0 ? observed_ / observed_pods_ : Duration{};
  return out;
}

}  // namespace freshet
