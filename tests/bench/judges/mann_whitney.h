// The shift between two samples by ranks: Hodges-Lehmann's estimate and its lower confidence limit.
// Source: the asymptotic interval of R's wilcox.test (normal approximation, ties averaged,
// continuity corrected), which spinnaker/kayenta's `kayenta-mannwhitney` follows.
#pragma once

#include <vector>

namespace freshet {

struct Shift {
  double estimate = 0;
  double low = 0;  // lower end of the two-sided interval
};

// How far, in standard errors, x moved down by `shift` ranks above y. 0 where all are tied.
double rank_score(const std::vector<double>& x, const std::vector<double>& y, double shift);
// Of x against y, neither empty; `z` is the normal quantile of the two-sided interval.
Shift shift_between(const std::vector<double>& x, const std::vector<double>& y, double z);

}  // namespace freshet
