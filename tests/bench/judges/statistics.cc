// Binomial tails and what follows from them.
#include "tests/bench/judges/statistics.h"

#include <algorithm>
#include <cmath>

namespace freshet {
namespace {

constexpr double kEachSide = 0.025;

// The p at which a function that grows with p reaches `goal`.
template <class F>
double reaches(double goal, const F& grows) {
  double low = 0;
  double high = 1;
  for (int i = 0; i < 45; ++i) {
    const double middle = (low + high) / 2;
    (grows(middle) < goal ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double binomial_tail(std::int64_t hits, std::int64_t runs, double p) {
  if (hits <= 0 || p >= 1) return 1;
  if (p <= 0) return 0;
  const auto n = static_cast<double>(runs);
  // Terms further out than this add nothing that a double could hold.
  const double reach = 40 * std::sqrt(n * p * (1 - p)) + 40;
  const auto from = std::max(static_cast<double>(hits), std::floor(n * p - reach));
  const double to = std::min(n, std::ceil(n * p + reach));
  double sum = 0;
  for (double k = from; k <= to; ++k) {
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) +
                    k * std::log(p) + (n - k) * std::log1p(-p));
  }
  return std::min(sum, 1.0);
}

ExactInterval clopper_pearson(const Share& share) {
  ExactInterval out;
  const std::int64_t hits = share.hits;
  const std::int64_t runs = share.runs;
  if (runs == 0) return out;
  if (hits > 0) {
    out.low = reaches(kEachSide, [&](double p) { return binomial_tail(hits, runs, p); });
  }
  if (hits < runs) {
    out.high = reaches(1 - kEachSide, [&](double p) { return binomial_tail(hits + 1, runs, p); });
  }
  return out;
}

double quantile_of(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

}  // namespace freshet
