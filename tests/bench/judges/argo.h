// Argo Rollouts' rule: two metrics measured once a minute, each with its own count of failures.
// Source: argoproj/argo-rollouts `analysis/analysis.go`, `utils/evaluate/evaluate.go`,
// `metricproviders/prometheus/prometheus.go`: more failures than `failureLimit` fail a metric and
// with it the run; NaN fails a success condition; an empty vector is an error, retried after 10 s;
// more than four errors in a row end the run; `count` measurements without that are a success.
#pragma once

#include <array>

#include "tests/bench/judges/judge.h"
#include "tests/bench/judges/minute_window.h"

namespace freshet {

struct ArgoSettings {
  Duration interval = minutes(1);
  Duration retry = seconds(10);
  double least_success = 0.95;
  double most_seconds = 0.5;  // p99
  int count = 10;
  int failure_limit = 3;
  int consecutive_error_limit = 4;
};

class ArgoJudge final : public CanaryJudge {
 public:
  explicit ArgoJudge(ArgoSettings settings = {}) : settings_(settings) {}
  Answer see(const Interval& interval) override;

 private:
  ArgoSettings settings_;
  MinuteWindow window_;
  bool has_series_ = false;  // a canary that never answered a request has none
  Duration next_{};          // when to measure, since the start; zero: after one interval
  int measured_ = 0;
  int errors_in_a_row_ = 0;
  std::array<int, 2> failed_{};
};

}  // namespace freshet
