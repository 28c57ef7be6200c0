// Argo Rollouts' rule, measurement by measurement.
#include "tests/bench/judges/argo.h"

namespace freshet {

Answer ArgoJudge::see(const Interval& interval) {
  window_.add(interval);
  has_series_ = has_series_ || interval.canary.requests > 0;
  if (next_ == Duration{}) next_ = settings_.interval;
  if (window_.age() < next_) return Answer::kGoing;
  if (!has_series_) {
    next_ += settings_.retry;
    const bool ended = ++errors_in_a_row_ > settings_.consecutive_error_limit;
    return ended ? Answer::kRollback : Answer::kGoing;
  }
  errors_in_a_row_ = 0;
  next_ += settings_.interval;
  const ArmCounts canary = window_.canary();
  const std::array<bool, 2> held = {success_rate(canary) >= settings_.least_success,
                                    histogram_quantile(0.99, canary) <= settings_.most_seconds};
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (!held[i] && ++failed_[i] > settings_.failure_limit) return Answer::kRollback;
  }
  return ++measured_ >= settings_.count ? Answer::kPromote : Answer::kGoing;
}

}  // namespace freshet
