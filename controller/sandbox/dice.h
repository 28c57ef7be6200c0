// Dice: a small seeded generator, and the counts that are drawn with it.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace freshet::sandbox {

// SplitMix64 (Steele, Lea, Flood 2014): eight bytes of state, so that each Service can have its
// own.
class Dice {
 public:
  using result_type = std::uint64_t;
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()();

  double uniform();  // [0, 1)
  Duration between(Duration low, Duration high);
  std::int64_t poisson(double mean);  // 0 for a mean of 0
  std::int64_t binomial(std::int64_t trials, double probability);

 private:
  std::uint64_t state_;
};

}  // namespace freshet::sandbox
