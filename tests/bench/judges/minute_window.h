// What a query over one minute sees: both arms' counts of the last 60 s, and the two figures that
// the peers' rules ask for.
#pragma once

#include <deque>

#include "analysis/analyzer.h"

namespace freshet {

void add_to(ArmCounts& sum, const ArmCounts& more);  // all but `young`

class MinuteWindow {
 public:
  void add(const Interval& interval);  // one that is missing moves time on and adds nothing
  Duration age() const { return now_ - begin_; }  // since the first interval began
  ArmCounts canary() const;
  ArmCounts stable() const;

 private:
  std::deque<Interval> intervals_;
  TimePoint begin_{};
  TimePoint now_{};
};

// NaN without requests, as 0/0 is in PromQL.
double success_rate(const ArmCounts& arm);
// histogram_quantile (prometheus/prometheus `promql/quantile.go`): linear within the bucket in
// which the quantile falls, from 0 in the lowest; the greatest bound where it lies beyond; NaN if
// empty.
double histogram_quantile(double q, const ArmCounts& arm);

}  // namespace freshet
