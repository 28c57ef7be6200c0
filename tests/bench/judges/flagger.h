// Flagger's rule: one look a minute at the canary alone, against fixed limits.
// Source: fluxcd/flagger `pkg/controller/scheduler.go`, `scheduler_metrics.go` and its page "How it
// works": failed checks are counted over the whole analysis; `threshold` of them roll back; time to
// promote is interval × maxWeight ÷ stepWeight, to roll back interval × threshold.
#pragma once

#include "tests/bench/judges/judge.h"
#include "tests/bench/judges/minute_window.h"

namespace freshet {

struct FlaggerSettings {
  Duration interval = minutes(1);
  double least_success = 0.99;  // request-success-rate
  double most_seconds = 0.5;    // request-duration, p99
  int threshold = 5;
  int passes = 10;  // maxWeight ÷ stepWeight
};

class FlaggerJudge final : public CanaryJudge {
 public:
  explicit FlaggerJudge(FlaggerSettings settings = {}) : settings_(settings) {}
  Answer see(const Interval& interval) override;

 private:
  FlaggerSettings settings_;
  MinuteWindow window_;
  int looks_ = 0;
  int failed_ = 0;
  int passed_ = 0;
};

}  // namespace freshet
