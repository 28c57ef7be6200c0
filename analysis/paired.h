// The canary against stable, interval by interval: a margin test on counts of two arms, for errors
// and for latency. Source: conditional inference on counts as in Lindon & Malek, arXiv 2011.03567,
// with a margin, a split that may change and an additive tolerance (analysis/README.md).
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "analysis/eprocess.h"
#include "config/tracked_service.h"

namespace freshet {

// Effects tried at once, as multiples of the margin's `times`. Against: the canary is worse by so
// much; for: it is at most that share of what the margin allows.
inline constexpr std::array<double, 6> kAgainstEffects = {1.5, 2.5, 5, 10, 30, 300};
inline constexpr std::array<double, 5> kForEffects = {0.7, 0.5, 0.3, 0.15, 0.05};

// One metric's events and requests of both arms within one interval.
struct PairCounts {
  double canary_events = 0;
  double stable_events = 0;
  double canary = 0;
  double stable = 0;
};

// One interval's log e-value at effect η is data − δ·slack, where δ is the margin's `plus`.
struct LogFactor {
  double data = 0;
  double slack = 0;
};
// Zero (no evidence either way) unless both arms had requests. For η > θ the e-value's mean is at
// most 1 whenever canary rate ≤ θ × stable rate + δ; for η < θ, whenever it is ≥.
LogFactor log_factor(const PairCounts& counts, double theta, double eta);

// log_factor at all effects. What depends on the split alone is worked out once for all the metrics
// of an interval: in most intervals that is one split.
template <std::size_t N>
class EffectTable {
 public:
  explicit EffectTable(const std::array<double, N>& effects) : effects_(effects) {}
  std::array<LogFactor, N> factors(const PairCounts& counts, double theta);

 private:
  const std::array<double, N>& effects_;
  double r_ = -1;
  double theta_ = -1;
  std::array<double, N> log_a_{};
  std::array<double, N> u_{};
  std::array<double, N> slack_{};  // a request of the canary's
};
struct EffectTables {
  EffectTable<kAgainstEffects.size()> against{kAgainstEffects};
  EffectTable<kForEffects.size()> favour{kForEffects};
};

// Evidence against.
using AgainstProcess = Mixture<kAgainstEffects.size()>;
std::array<double, kAgainstEffects.size()> against_logs(const PairCounts& counts,
                                                        const Margin& margin, EffectTables& tables);
void multiply(AgainstProcess& process, const PairCounts& counts, const Margin& margin,
              const FoldOptions& options);

// Evidence for: not worse than a margin whose `plus` may be chosen when it is read.
struct ForProcess {
  std::array<double, kForEffects.size()> data{};
  std::array<double, kForEffects.size()> slack{};
  bool operator==(const ForProcess&) const = default;
};
inline constexpr double kSlackUnits = 1e2;  // stored slack is a multiple of 1/kSlackUnits
void multiply(ForProcess& process, const PairCounts& counts, double theta, double dispersion,
              EffectTables& tables);
// What each effect weighs in the mixture. Where stable's rate is known beforehand, the effect that
// a canary as good as stable shows most of gets more than half; all weigh the same otherwise.
using ForWeights = std::array<double, kForEffects.size()>;
ForWeights for_weights(std::optional<double> stable_rate, const Margin& margin, double share,
                       EffectTables& tables);
// How much one request of such a canary's adds to each effect's log e-value, in the mean.
std::array<double, kForEffects.size()> for_growth(double stable_rate, const Margin& margin,
                                                  double share, EffectTables& tables);
double log_value(const ForProcess& process, double plus, const ForWeights& weights);

}  // namespace freshet
