// Kayenta's rule: minutes of both arms as points, compared by ranks, scored, judged again as the
// window grows.
// Source: spinnaker/kayenta `NetflixACAJudge.scala`, `MannWhitneyClassifier.scala`,
// `WeightedSumScorer.scala`: a metric is High where the lower end of the 98 % interval of the shift
// exceeds a quarter of the estimated shift and the ratio of means is at least 1; the score is the
// weighted share of metrics that pass. Standalone: each score in between must reach `marginal`, the
// last one `pass`. Direction "increase" for both metrics, which spares it alarms at improvements;
// NaN points are removed, a metric without points is left out of the score.
#pragma once

#include <array>
#include <vector>

#include "tests/bench/judges/judge.h"
#include "tests/bench/judges/minute_window.h"

namespace freshet {

struct KayentaSettings {
  Duration step = minutes(1);
  std::vector<Duration> judged_after = {minutes(15), minutes(30), minutes(45)};  // and at the end
  double pass = 95;
  double marginal = 75;
};

// Points of one metric; NaN ones are not kept.
struct KayentaMetric {
  std::vector<double> canary;
  std::vector<double> stable;
};
bool is_high(const KayentaMetric& metric);
// 0 to 100; without any data 0, as then more than half of the metrics have none.
double kayenta_score(const std::array<KayentaMetric, 2>& metrics);

class KayentaJudge final : public CanaryJudge {
 public:
  explicit KayentaJudge(KayentaSettings settings = {}) : settings_(std::move(settings)) {}
  Answer see(const Interval& interval) override;
  Answer at_the_end() override;

 private:
  KayentaSettings settings_;
  MinuteWindow window_;
  int points_ = 0;
  std::size_t judged_ = 0;
  std::array<KayentaMetric, 2> metrics_;  // error rate, p99
};

}  // namespace freshet
