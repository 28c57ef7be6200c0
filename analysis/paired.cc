// The margin test on counts of two arms.
#include "analysis/paired.h"

#include <algorithm>
#include <cmath>

namespace freshet {
namespace {

// Out of reach: slack, which grows with every request, would lift what is held up by a floor.
constexpr double kForFloor = -1e9;
constexpr double kBestEffect = 0.6;  // what the effect weighs that is expected

// Slack counts negatively: rounded up, it never adds evidence.
double round_slack(double value) { return std::ceil(value * kSlackUnits) / kSlackUnits; }

}  // namespace

template <std::size_t N>
std::array<LogFactor, N> EffectTable<N>::factors(const PairCounts& counts, double theta) {
  std::array<LogFactor, N> out{};
  if (counts.canary <= 0 || counts.stable <= 0) return out;
  const double r = counts.canary / counts.stable;
  if (r != r_ || theta != theta_) {
    r_ = r;
    theta_ = theta;
    for (std::size_t j = 0; j < N; ++j) {
      const double eta = theta * effects_[j];
      const double a = eta * (theta * r + 1) / (theta * (eta * r + 1));
      log_a_[j] = std::log(a);
      u_[j] = std::log((eta * r + 1) / (theta * r + 1));
      slack_[j] = a - 1;
    }
  }
  for (std::size_t j = 0; j < N; ++j) {
    out[j] = {log_a_[j] * counts.canary_events - u_[j] * counts.stable_events,
              counts.canary * slack_[j]};
  }
  return out;
}
template class EffectTable<kAgainstEffects.size()>;
template class EffectTable<kForEffects.size()>;

LogFactor log_factor(const PairCounts& counts, double theta, double eta) {
  const std::array<double, 1> effect = {eta / theta};
  return EffectTable<1>(effect).factors(counts, theta)[0];
}

std::array<double, kAgainstEffects.size()> against_logs(const PairCounts& counts,
                                                        const Margin& margin,
                                                        EffectTables& tables) {
  std::array<double, kAgainstEffects.size()> out{};
  const auto factors = tables.against.factors(counts, margin.times);
  for (std::size_t j = 0; j < out.size(); ++j) {
    out[j] = factors[j].data - margin.plus * factors[j].slack;
  }
  return out;
}

void multiply(AgainstProcess& process, const PairCounts& counts, const Margin& margin,
              const FoldOptions& options) {
  EffectTables tables;
  fold(process, against_logs(counts, margin, tables), options);
}

void multiply(ForProcess& process, const PairCounts& counts, double theta, double dispersion,
              EffectTables& tables) {
  const auto factors = tables.favour.factors(counts, theta);
  for (std::size_t j = 0; j < factors.size(); ++j) {
    const double data = std::floor((process.data[j] + factors[j].data / dispersion) * kLogUnits);
    process.data[j] = std::max(data / kLogUnits, kForFloor);
    process.slack[j] = round_slack(process.slack[j] + factors[j].slack / dispersion);
  }
}

std::array<double, kForEffects.size()> for_growth(double stable_rate, const Margin& margin,
                                                  double share, EffectTables& tables) {
  // One canary request with its stable companions, both arms at stable's rate.
  const double companions = (1 - share) / share;
  const PairCounts one{stable_rate, stable_rate * companions, 1, companions};
  const auto factors = tables.favour.factors(one, margin.times);
  std::array<double, kForEffects.size()> out{};
  for (std::size_t j = 0; j < out.size(); ++j) {
    out[j] = factors[j].data - margin.plus * factors[j].slack;
  }
  return out;
}

ForWeights for_weights(std::optional<double> stable_rate, const Margin& margin, double share,
                       EffectTables& tables) {
  constexpr auto kCount = static_cast<double>(kForEffects.size());
  ForWeights out{};
  out.fill(1 / kCount);
  if (!stable_rate || !(share > 0 && share < 1)) return out;
  const auto growth = for_growth(*stable_rate, margin, share, tables);
  const auto best = std::max_element(growth.begin(), growth.end()) - growth.begin();
  out.fill((1 - kBestEffect) / (kCount - 1));
  out[static_cast<std::size_t>(best)] = kBestEffect;
  return out;
}

double log_value(const ForProcess& process, double plus, const ForWeights& weights) {
  std::array<double, kForEffects.size()> logs{};
  for (std::size_t j = 0; j < logs.size(); ++j) {
    logs[j] = process.data[j] - plus * process.slack[j];
  }
  return log_mean(logs, weights);
}

}  // namespace freshet
