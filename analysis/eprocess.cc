// Products of e-values, and their mixtures.
#include "analysis/eprocess.h"

#include <algorithm>
#include <cmath>

namespace freshet {
namespace {

// Beside the greatest, what is e^-40 of it changes nothing that is stored.
constexpr double kNegligible = -40;

}  // namespace

double log_add(double a, double b) {
  const double high = std::max(a, b);
  const double low = std::min(a, b);
  if (low - high < kNegligible) return std::max(high, kLogZero);
  return std::max(high + std::log1p(std::exp(low - high)), kLogZero);
}

double log_mean(std::span<const double> logs) {
  const double high = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (const double value : logs) {
    if (value - high > kNegligible) sum += std::exp(value - high);
  }
  return std::max(high + std::log(sum / static_cast<double>(logs.size())), kLogZero);
}

double log_mean(std::span<const double> logs, std::span<const double> weights) {
  const double high = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (std::size_t j = 0; j < logs.size(); ++j) {
    if (logs[j] - high > kNegligible) sum += weights[j] * std::exp(logs[j] - high);
  }
  return std::max(high + std::log(sum), kLogZero);
}

double round_down(double log_e) {
  return std::max(std::floor(log_e * kLogUnits) / kLogUnits, kLogFloor);
}

void fold(std::span<double> from_start, std::span<double> late, std::span<const double> log_e,
          const FoldOptions& options) {
  const bool starts = options.late_mass > kLogZero;
  for (std::size_t j = 0; j < log_e.size(); ++j) {
    const double add = std::min(log_e[j] / options.dispersion, options.cap);
    from_start[j] = round_down(from_start[j] + add);
    if (starts) late[j] = log_add(late[j], options.late_mass);
    if (late[j] > kLogZero) late[j] = round_down(late[j] + add);
  }
}

double log_value(std::span<const double> from_start, std::span<const double> late) {
  return log_add(std::log(kFromStart) + log_mean(from_start),
                 std::log(1 - kFromStart) + log_mean(late));
}

}  // namespace freshet
