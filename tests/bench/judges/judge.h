// What every judge of the benchmark is: told of one interval after another until it answers.
#pragma once

#include "analysis/analyzer.h"

namespace freshet {

enum class Answer { kGoing, kRollback, kPromote };

class CanaryJudge {
 public:
  virtual ~CanaryJudge() = default;
  // Intervals come in order and at most an hour's worth; none after an answer other than kGoing.
  virtual Answer see(const Interval& interval) = 0;
  // The hour is over; kGoing: inconclusive.
  virtual Answer at_the_end() { return Answer::kGoing; }
};

}  // namespace freshet
