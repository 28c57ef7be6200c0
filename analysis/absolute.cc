// One arm against a rate known beforehand.
#include "analysis/absolute.h"

#include <algorithm>
#include <cmath>

namespace freshet {
namespace {

constexpr double kWatchEffect = 2;  // of the rate: rises from 1.44 times the rate on

double log_e_at(double events, double requests, double rate, double effect) {
  return events * std::log(effect) - requests * rate * (effect - 1);
}

}  // namespace

std::array<double, kRateEffects.size()> rate_logs(double events, double requests, double rate) {
  std::array<double, kRateEffects.size()> out{};
  for (std::size_t j = 0; j < out.size(); ++j) {
    out[j] = log_e_at(events, requests, rate, kRateEffects[j]);
  }
  return out;
}

void multiply(FullLoadProcess& process, double events, double requests, double rate, double cap) {
  const auto logs = rate_logs(events, requests, rate);
  for (std::size_t j = 0; j < logs.size(); ++j) {
    process.logs[j] = round_down(process.logs[j] + std::min(logs[j], cap));
  }
}

double log_value(const FullLoadProcess& process) { return log_mean(process.logs); }

void watch(RateWatch& state, double events, double requests, double rate) {
  const double moved = state.level + log_e_at(events, requests, rate, kWatchEffect);
  state.level = round_down(std::clamp(moved, 0.0, kWatchCeiling));
}

}  // namespace freshet
