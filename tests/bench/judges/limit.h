// How near the error test comes to the least number of requests that any test needs, and what each
// of the things that make it safe in practice costs on top.
#pragma once

#include <vector>

namespace freshet {

// Stable's and the canary's error rates, and the canary's share of requests.
struct LimitCell {
  double stable = 0;
  double canary = 0;
  double share = 0;
};

// Canary requests until 1/α, the effect unknown, no margin (θ = 1, δ = 0): medians but for the
// mean, which is what the limit bounds.
struct LimitRow {
  LimitCell cell;
  double limit = 0;   // ln(1/α) ÷ information: a bound on the mean of every valid test
  double oracle = 0;  // the same test told the effect beforehand
  double plain = 0;   // looked at often, uncapped
  double mean = 0;    // of the same
  // Each alone, on top of `plain`:
  double weighted = 0;   // averaged with as much of latency, which shows nothing
  double intervals = 0;  // looked at every 10 s of 50 requests a second
  double capped = 0;     // at 10 s intervals, of which three must agree
  double tempered = 0;   // for a dispersion of 3
};
inline constexpr double kMostOverLimit = 1.35;  // plain ÷ limit

std::vector<LimitRow> measure_limits(int seeds);

}  // namespace freshet
