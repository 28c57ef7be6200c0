// What our own judge is held to, and whether it held.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/judges/contest.h"
#include "tests/bench/judges/limit.h"
#include "tests/bench/judges/nulls.h"
#include "tests/bench/judges/sweep.h"

namespace freshet {

struct Bound {
  std::string claim;     // "good, 50 rps: rolled back at most 0.1 %"
  std::string measured;  // "0.00 % (0.00 to 0.92)"
  bool held = false;
};

std::string percent_text(const Share& share);  // "0.50 % (0.06 to 1.79)"
// A share may exceed its limit by no more than chance explains: the limit lies in its interval.
Bound at_most(const std::string& claim, const Share& share, double limit);
// Of each scenario, and of all together in which any rollback is false.
std::vector<Bound> bounds_of(const std::vector<Contest>& contests);
std::vector<Bound> bounds_of(const std::vector<SweepRow>& rows);
std::vector<Bound> bounds_of(const std::vector<NullRow>& rows);
std::vector<Bound> bounds_of(const std::vector<AnalyzerNullRow>& rows);
std::vector<Bound> bounds_of(const std::vector<LimitRow>& rows);

// Over all cells, and in the cell where it happened most.
struct Pooled {
  Share all;
  Share worst;
};
Pooled pooled(const std::vector<NullRow>& rows, NullClaim claim, std::size_t level);

}  // namespace freshet
