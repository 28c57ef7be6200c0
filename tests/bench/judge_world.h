// Simulated rollouts for the judge's benchmark: traffic by seed, and planner-like stepping.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/analyzer.h"
#include "tests/analysis/simulate.h"

namespace freshet {

// Knative's bucket bounds and requests of lognormal length, as their shares slower than each.
std::vector<double> knative_bounds();
ArmRates lognormal_rates(double errors, double median_seconds, double sigma);

// Gives the next interval of a rollout at `percent`, begun at `now`; nullopt: nothing closed yet.
// Moves `now` on.
struct TrafficSource {
  virtual ~TrafficSource() = default;
  virtual std::optional<Interval> next(TimePoint& now, int percent) = 0;
};

// Both arms read exactly, once every `length`.
class PlainSource final : public TrafficSource {
 public:
  PlainSource(std::uint64_t seed, double rps, ArmRates canary, ArmRates stable,
              Duration length = seconds(10))
      : traffic_(seed),
        rps_(rps),
        canary_(std::move(canary)),
        stable_(std::move(stable)),
        length_(length) {}
  std::optional<Interval> next(TimePoint& now, int percent) override;

 private:
  ArmTraffic traffic_;
  double rps_;
  ArmRates canary_;
  ArmRates stable_;
  Duration length_;
};

AnalysisSettings bench_settings(double rps, const ArmRates& stable);

struct Outcome {
  VerdictKind end = VerdictKind::kInconclusive;
  double seconds = 0;  // until the end, or until the bake began
  std::int64_t canary_requests = 0;
  std::int64_t canary_errors = 0;
  int reduces = 0;
  int percent = 0;           // where it ended
  double reduced_after = 0;  // seconds until the first Reduce
  bool clean = true;         // at the end nothing leaned against it (PromoteIfClean)
};

// One fixed percent until Rollback, Promote or an hour.
Outcome judge_at(TrafficSource& source, const AnalysisSettings& settings, int percent);
// The default plan with minimum steps, Reduce, a bake of 15 minutes and a deadline of six hours.
Outcome roll_out(TrafficSource& source, const AnalysisSettings& settings);

double median(std::vector<double> values);

}  // namespace freshet
