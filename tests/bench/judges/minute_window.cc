// Sums of the last minute, and PromQL's figures of them.
#include "tests/bench/judges/minute_window.h"

#include <limits>

namespace freshet {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

ArmCounts sum_of(const std::deque<Interval>& intervals, ArmCounts Interval::*arm) {
  ArmCounts sum;
  for (const Interval& interval : intervals) add_to(sum, interval.*arm);
  return sum;
}

}  // namespace

void add_to(ArmCounts& sum, const ArmCounts& more) {
  sum.requests += more.requests;
  sum.errors += more.errors;
  for (const auto& [bound, slower] : more.slower) sum.slower[bound] += slower;
}

void MinuteWindow::add(const Interval& interval) {
  if (begin_ == TimePoint{}) begin_ = interval.start;
  now_ = interval.end;
  if (!interval.missing) intervals_.push_back(interval);
  while (!intervals_.empty() && intervals_.front().end <= now_ - minutes(1)) intervals_.pop_front();
}

ArmCounts MinuteWindow::canary() const { return sum_of(intervals_, &Interval::canary); }

ArmCounts MinuteWindow::stable() const { return sum_of(intervals_, &Interval::stable); }

double success_rate(const ArmCounts& arm) {
  if (arm.requests == 0) return kNothing;
  return 1 - static_cast<double>(arm.errors) / static_cast<double>(arm.requests);
}

double histogram_quantile(double q, const ArmCounts& arm) {
  if (arm.requests == 0 || arm.slower.empty()) return kNothing;
  const double rank = q * static_cast<double>(arm.requests);
  double low = 0;
  double below = 0;  // requests within `low`
  for (const auto& [bound, slower] : arm.slower) {
    const auto within = static_cast<double>(arm.requests - slower);
    if (within >= rank) return low + (bound - low) * (rank - below) / (within - below);
    low = bound;
    below = within;
  }
  return low;
}

}  // namespace freshet
