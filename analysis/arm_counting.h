// Counting an arm: the sum of its pods, how long they were observed for it, and one half of them.
#pragma once

#include <vector>

#include "analysis/interval.h"
#include "analysis/pod_counting.h"

namespace freshet {

class ArmCounting {
 public:
  // Where the next pod adds what it counts.
  Totals& totals() { return totals_; }
  // It has, of what came about since `from`. Every other pod is in the half; pods come by name.
  void end_pod(const PodSeries& pod, TimePoint from);

  ArmTotals half() const { return half_; }
  ArmCounts finish(const std::vector<double>& bounds) &&;

 private:
  Totals totals_;
  ArmTotals before_;  // this pod
  ArmTotals half_;
  Duration observed_{};  // sum over the pods that were
  int observed_pods_ = 0;
  bool in_half_ = true;
};

}  // namespace freshet
