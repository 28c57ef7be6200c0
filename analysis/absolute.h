// One arm against a rate known beforehand: an objective that a user wrote, or what stable's own
// hour before the rollout allows. Events are at most Poisson with mean `rate` × requests.
#pragma once

#include <array>

#include "analysis/eprocess.h"

namespace freshet {

// Effects tried at once, as multiples of the greatest rate allowed.
inline constexpr std::array<double, 3> kRateEffects = {1.5, 3, 10};

std::array<double, kRateEffects.size()> rate_logs(double events, double requests, double rate);

using RateProcess = Mixture<kRateEffects.size()>;

// This step alone, from its start: what only full load shows (read while baking).
struct FullLoadProcess {
  std::array<double, kRateEffects.size()> logs{};
  bool operator==(const FullLoadProcess&) const = default;
};
void multiply(FullLoadProcess& process, double events, double requests, double rate, double cap);
double log_value(const FullLoadProcess& process);

// Whether an arm exceeds the rate at present: a CUSUM, which forgets what is over. It holds
// rollouts back and accuses nobody, so that a false alarm costs time alone: about one in e^7
// intervals of an arm that is just at the rate, far fewer below it.
struct RateWatch {
  double level = 0;
  bool operator==(const RateWatch&) const = default;
};
inline constexpr double kWatchAlarm = 7;
inline constexpr double kWatchCeiling = 10;  // how much there is to forget once all is well again
void watch(RateWatch& state, double events, double requests, double rate);
inline bool is_exceeding(const RateWatch& state) { return state.level >= kWatchAlarm; }

}  // namespace freshet
