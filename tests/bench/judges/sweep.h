// All judges over traffic, split, base rate, effect and dispersion.
#pragma once

#include <array>
#include <vector>

#include "tests/bench/judges/contest.h"

namespace freshet {

struct SweepCell {
  double rps = 50;
  int percent = 10;
  double errors = 0.002;  // of stable
  double effect = 1;      // the canary's as a multiple; of 0.2 % where stable has none
  double dispersion = 1;
  double canary_errors() const;
};
struct SweepRow {
  SweepCell cell;
  bool outside = false;  // the promotion margin
  std::array<Summary, kContenders> by_judge;
};
// Traffic × effect; split × base rate, healthy and five times as bad; dispersion × effect.
std::vector<SweepRow> sweep(int seeds);

}  // namespace freshet
