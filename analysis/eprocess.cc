// The margin e-process: factors, products, mixtures.
#include "analysis/eprocess.h"

#include <algorithm>
#include <cmath>

namespace freshet {
namespace {

// Stored values are multiples of these, so that their JSON text is short and reads back exactly.
// Evidence is rounded down, slack (which counts negatively) up: rounding never adds evidence.
constexpr double kLogUnits = 1e4;
constexpr double kSlackUnits = 1e2;

double round_down(double value, double units) {
  return std::max(std::floor(value * units) / units, kLogZero);
}

double round_slack(double value) { return std::ceil(value * kSlackUnits) / kSlackUnits; }

// ln of the mean of e^values.
template <std::size_t N>
double log_mean(const std::array<double, N>& values) {
  double sum = kLogZero;
  for (double value : values) sum = log_add(sum, value);
  return sum - std::log(static_cast<double>(N));
}

}  // namespace

LogFactor log_factor(const PairCounts& counts, double theta, double eta) {
  if (counts.canary <= 0 || counts.stable <= 0) return {};
  const double r = counts.canary / counts.stable;
  const double a = eta * (theta * r + 1) / (theta * (eta * r + 1));
  const double u = std::log((eta * r + 1) / (theta * r + 1));
  return {std::log(a) * counts.canary_events - u * counts.stable_events, counts.canary * (a - 1)};
}

double log_add(double a, double b) {
  const double high = std::max(a, b);
  const double low = std::min(a, b);
  return std::max(high + std::log1p(std::exp(low - high)), kLogZero);
}

void multiply(AgainstProcess& process, const PairCounts& counts, const Margin& margin,
              const AgainstOptions& options) {
  for (std::size_t j = 0; j < kAgainstEffects.size(); ++j) {
    const LogFactor factor = log_factor(counts, margin.times, margin.times * kAgainstEffects[j]);
    const double log_e =
        std::min((factor.data - margin.plus * factor.slack) / options.dispersion, options.cap);
    process.from_start[j] = round_down(process.from_start[j] + log_e, kLogUnits);
    double late = process.late[j];
    if (options.late_mass > kLogZero) late = log_add(late, options.late_mass);
    if (late > kLogZero) process.late[j] = round_down(late + log_e, kLogUnits);
  }
}

double log_value(const AgainstProcess& process) {
  return log_add(std::log(kFromStart) + log_mean(process.from_start),
                 std::log(1 - kFromStart) + log_mean(process.late));
}

void multiply(ForProcess& process, const PairCounts& counts, double theta, double dispersion) {
  for (std::size_t j = 0; j < kForEffects.size(); ++j) {
    const LogFactor factor = log_factor(counts, theta, theta * kForEffects[j]);
    process.data[j] = round_down(process.data[j] + factor.data / dispersion, kLogUnits);
    process.slack[j] = round_slack(process.slack[j] + factor.slack / dispersion);
  }
}

double log_value(const ForProcess& process, double plus) {
  std::array<double, kForEffects.size()> logs{};
  for (std::size_t j = 0; j < logs.size(); ++j) {
    logs[j] = process.data[j] - plus * process.slack[j];
  }
  return log_mean(logs);
}

void multiply(FullLoadProcess& process, double events, double requests, double rate, double cap) {
  for (std::size_t j = 0; j < kFullLoadEffects.size(); ++j) {
    const double log_e =
        events * std::log(kFullLoadEffects[j]) - requests * rate * (kFullLoadEffects[j] - 1);
    process.logs[j] = round_down(process.logs[j] + std::min(log_e, cap), kLogUnits);
  }
}

double log_value(const FullLoadProcess& process) { return log_mean(process.logs); }

}  // namespace freshet
