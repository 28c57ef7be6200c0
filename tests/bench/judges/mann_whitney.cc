// Ranks, and the shifts at which they stop to differ.
#include "tests/bench/judges/mann_whitney.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace freshet {
namespace {

// The shift at which the score, which falls with it, comes down to `goal`.
double shift_at(const std::vector<double>& x, const std::vector<double>& y, double goal) {
  const auto [x_low, x_high] = std::minmax_element(x.begin(), x.end());
  const auto [y_low, y_high] = std::minmax_element(y.begin(), y.end());
  double low = *x_low - *y_high;
  double high = *x_high - *y_low;
  if (rank_score(x, y, low) <= goal) return low;
  if (rank_score(x, y, high) >= goal) return high;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    (rank_score(x, y, middle) > goal ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double rank_score(const std::vector<double>& x, const std::vector<double>& y, double shift) {
  std::vector<std::pair<double, bool>> all;  // value, is it x's
  for (double value : x) all.emplace_back(value - shift, true);
  for (double value : y) all.emplace_back(value, false);
  std::sort(all.begin(), all.end());
  double ranks = 0;
  double ties = 0;
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    std::size_t of_x = 0;
    for (; end < all.size() && all[end].first == all[begin].first; ++end) of_x += all[end].second;
    const auto tied = static_cast<double>(end - begin);
    ranks += static_cast<double>(of_x) * (static_cast<double>(begin + end) + 1) / 2;
    ties += tied * tied * tied - tied;
    begin = end;
  }
  const auto m = static_cast<double>(x.size());
  const auto n = static_cast<double>(y.size());
  const double above = ranks - m * (m + 1) / 2 - m * n / 2;
  const double variance = m * n / 12 * (m + n + 1 - ties / ((m + n) * (m + n - 1)));
  if (variance <= 0 || above == 0) return 0;
  return (above - std::copysign(0.5, above)) / std::sqrt(variance);
}

Shift shift_between(const std::vector<double>& x, const std::vector<double>& y, double z) {
  return {shift_at(x, y, 0), shift_at(x, y, z)};
}

}  // namespace freshet
