// How sure a share measured over seeds is.
#pragma once

#include <cstdint>
#include <vector>

namespace freshet {

struct Share {
  std::int64_t hits = 0;
  std::int64_t runs = 0;
  double value() const {
    return runs == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(runs);
  }
};

// Clopper and Pearson's exact 95 % interval: what the share may be by the binomial tails.
struct ExactInterval {
  double low = 0;
  double high = 1;
};
ExactInterval clopper_pearson(const Share& share);

// P(X ≥ hits) for X ~ Bin(runs, p).
double binomial_tail(std::int64_t hits, std::int64_t runs, double p);

double quantile_of(std::vector<double> values, double q);  // 0 of nothing

}  // namespace freshet
