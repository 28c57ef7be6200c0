// Drawing numbers.
#include "controller/sandbox/dice.h"

#include <algorithm>
#include <random>

namespace freshet::sandbox {

Dice::result_type Dice::operator()() {
  state_ += 0x9E3779B97F4A7C15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

double Dice::uniform() { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }

Duration Dice::between(Duration low, Duration high) {
  const double span = static_cast<double>((high - low).count());
  return low + Duration(static_cast<std::int64_t>(uniform() * span));
}

std::int64_t Dice::poisson(double mean) {
  if (!(mean > 0)) return 0;
  return std::poisson_distribution<std::int64_t>(mean)(*this);
}

std::int64_t Dice::binomial(std::int64_t trials, double probability) {
  if (trials <= 0 || !(probability > 0)) return 0;
  if (probability >= 1) return trials;
  return std::binomial_distribution<std::int64_t>(trials, std::min(probability, 1.0))(*this);
}

}  // namespace freshet::sandbox
