// Flagger's rule, look by look.
#include "tests/bench/judges/flagger.h"

namespace freshet {

Answer FlaggerJudge::see(const Interval& interval) {
  window_.add(interval);
  if (window_.age() < settings_.interval * (looks_ + 1)) return Answer::kGoing;
  ++looks_;
  const ArmCounts canary = window_.canary();
  // No values found halts the advancement like a value out of range: NaN compares false.
  const bool passed = success_rate(canary) >= settings_.least_success &&
                      histogram_quantile(0.99, canary) <= settings_.most_seconds;
  ++(passed ? passed_ : failed_);
  if (failed_ >= settings_.threshold) return Answer::kRollback;
  return passed_ >= settings_.passes ? Answer::kPromote : Answer::kGoing;
}

}  // namespace freshet
