// Seeded traffic of two arms, for tests and benches of the analyzer.
#pragma once

#include <cstdint>
#include <random>

#include "analysis/analyzer.h"

namespace freshet {

inline constexpr TimePoint kSimulationStart{Duration(1'700'000'000'000)};

struct ArmRates {
  double errors = 0.002;
  std::map<double, double> slower;  // bound → share of requests slower, falling
};

class ArmTraffic {
 public:
  explicit ArmTraffic(std::uint64_t seed) : random_(seed) {}

  std::int64_t poisson(double mean) {
    return mean <= 0 ? 0 : std::poisson_distribution<std::int64_t>(mean)(random_);
  }
  std::int64_t binomial(std::int64_t n, double p) {
    return n <= 0 || p <= 0 ? 0 : std::binomial_distribution<std::int64_t>(n, p)(random_);
  }
  double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random_);
  }
  ArmCounts counts(std::int64_t requests, const ArmRates& rates) {
    ArmCounts out;
    out.requests = requests;
    out.errors = binomial(requests, rates.errors);
    std::int64_t left = requests;
    double share_left = 1;
    for (const auto& [bound, share] : rates.slower) {
      left = binomial(left, share_left > 0 ? std::min(1.0, share / share_left) : 0);
      share_left = share;
      out.slower[bound] = left;
    }
    return out;
  }
  // One interval of `length` that begins at `start`, `rps` requests a second over both arms.
  Interval interval(TimePoint start, Duration length, double rps, int percent,
                    const ArmRates& canary, const ArmRates& stable) {
    Interval out;
    out.start = start;
    out.end = start + length;
    out.percent = percent;
    const double requests = rps * to_seconds(length);
    out.canary = counts(poisson(requests * percent / 100), canary);
    out.stable = counts(poisson(requests * (100 - percent) / 100), stable);
    return out;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace freshet
