// The canary's share of finished requests.
#include "analysis/traffic_loss.h"

#include "analysis/paired.h"

namespace freshet {

std::array<double, kLossEffects.size()> loss_logs(double canary, double stable, double share) {
  // The same test as for errors: finishing is the event, the shares are the exposure.
  const PairCounts counts{canary, stable, share, 1 - share};
  std::array<double, kLossEffects.size()> out{};
  for (std::size_t j = 0; j < out.size(); ++j) {
    out[j] = log_factor(counts, kLossMargin, kLossMargin * kLossEffects[j]).data;
  }
  return out;
}

}  // namespace freshet
