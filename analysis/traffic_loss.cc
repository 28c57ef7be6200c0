// The canary's share of finished requests.
#include "analysis/traffic_loss.h"

#include <algorithm>

#include "analysis/paired.h"

namespace freshet {
namespace {

// The same test as for errors: finishing is the event, the shares are the exposure.
PairCounts exposed(double canary, double stable, double share) {
  return {canary, stable, share, 1 - share};
}

}  // namespace

std::array<double, kLossEffects.size()> loss_logs(double canary, double stable, double share,
                                                  bool split_is_known) {
  const PairCounts counts = exposed(canary, stable, share);
  std::array<double, kLossEffects.size()> out{};
  for (std::size_t j = 0; j < out.size(); ++j) {
    out[j] = log_factor(counts, kLossMargin, kLossMargin * kLossEffects[j]).data;
    if (!split_is_known && kLossEffects[j] > kNearlyAllLost) out[j] = std::min(out[j], 0.0);
  }
  return out;
}

double finished_log(double canary, double stable, double share) {
  return log_factor(exposed(canary, stable, share), kLossMargin, 1).data;
}

}  // namespace freshet
