// What an interval says of one metric, errors or latency at a bound, and to whose benefit the doubt
// goes where the counts leave any.
#pragma once

#include <optional>

#include "analysis/interval.h"
#include "analysis/paired.h"

namespace freshet {

// A negative count, or more events than requests, is no interval.
bool is_sound(const Interval& interval);

// Were both arms observed within it?
bool is_observed(const Interval& interval);
// The rest is of such intervals alone. The canary's share of all requests by its percent and by how
// long each arm was observed.
double expected_share(const Interval& interval);
// Requests of an arm, had it been observed for all of the interval.
double requests_per_interval(const Interval& interval, const ArmCounts& arm);

// `bound`: requests slower than it; nullopt: errors. nullopt: the interval does not say.
struct MetricQuestion {
  std::optional<double> bound;
  bool count_young = false;  // young instances' latency is evidence as well
};
// For accusing, doubt goes to the canary. A stable that fails fast would make a healthy canary look
// slow, so stable's failures count as slow where there are many of them.
std::optional<PairCounts> accusing_counts(const Interval& interval, const MetricQuestion& metric);
// For clearing, doubt goes against the canary. Beside a stable that is broken, and fails fast, no
// canary could be shown to be as fast: then requests that failed are no better than slow ones, in
// both arms.
std::optional<PairCounts> clearing_counts(const Interval& interval, const MetricQuestion& metric);

}  // namespace freshet
