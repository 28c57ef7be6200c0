// The bounds of all parts together.
#include "tests/bench/judges/results.h"

#include <iterator>

namespace freshet {

std::vector<Bound> all_bounds(const Results& results) {
  std::vector<Bound> out;
  const auto take = [&out](std::vector<Bound> more) {
    std::move(more.begin(), more.end(), std::back_inserter(out));
  };
  take(bounds_of(results.scenarios));
  if (!results.sweep.empty()) take(bounds_of(results.sweep));
  if (!results.nulls.empty()) take(bounds_of(results.nulls));
  if (!results.analyzer_nulls.empty()) take(bounds_of(results.analyzer_nulls));
  if (!results.limits.empty()) take(bounds_of(results.limits));
  return out;
}

}  // namespace freshet
