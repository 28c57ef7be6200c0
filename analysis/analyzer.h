// The metric analyzer: aligned counts of both arms in, evidence and a verdict out. Pure.
// Source of the test: a margin e-process on Poisson/Bernoulli counts, mixed over effects and late
// starts; see analysis/README.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/evidence.h"
#include "analysis/verdict.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "config/tracked_service.h"

namespace freshet {

// Counts of one arm within one interval, whole numbers.
struct ArmCounts {
  std::int64_t requests = 0;
  std::int64_t errors = 0;
  std::map<double, std::int64_t> slower{};  // bound in seconds → requests slower than it
  std::int64_t young = 0;                   // requests from instances younger than the warm-up
  bool operator==(const ArmCounts&) const = default;
};

// One aligned interval (start, end]; both arms were read at the same instants.
struct Interval {
  TimePoint start{};
  TimePoint end{};
  ArmCounts canary;
  ArmCounts stable;
  int percent = 0;       // the canary's share in force
  bool missing = false;  // could not be read: neither pass nor failure
  bool operator==(const Interval&) const = default;
};

// What is fixed when a rollout starts: the spec's numbers with `auto` resolved, and the plan.
struct AnalysisSettings {
  double alpha = 0.001;
  double beta = 0.05;
  MarginPair errors{{1.25, 0.001}, {1.5, 0.003}};
  MarginPair latency{{1.25, 0.002}, {1.5, 0.01}};
  std::vector<double> latency_bounds;  // seconds, fixed from stable's hour before; may be empty
  Duration warm_up = seconds(90);
  bool warm_up_off = false;              // stable's own instances are usually younger
  std::int64_t planned_intervals = 360;  // late starts to plan for, one a minute: deadline ÷ 1 min
  bool cap_rollback = true;              // three intervals must agree (two where they are long)
  bool cap_promote = true;               // evidence for is not complete before evidence_soak
  Duration evidence_soak = seconds(150);
  Duration promote_soak{};  // observed at the last percent before Promote, at least
  // Stable's own hour, against which full load is watched while baking; nullopt: not watched.
  std::optional<double> stable_error_rate;
  std::map<double, double> stable_slower;  // bound → share of requests slower than it
  bool operator==(const AnalysisSettings&) const = default;
};
std::string settings_hash(const AnalysisSettings& settings);  // evidence belongs to one of these
Json settings_to_json(const AnalysisSettings& settings);
Result<AnalysisSettings> settings_from_json(const Json& json);

// Where in the plan the rollout stands when it is judged.
struct JudgeContext {
  int percent = 0;
  bool first_step = false;  // Reduce goes nowhere from the first step
  bool last_step = false;   // the next success is Promote, not Advance
  bool baking = false;      // only evidence against matters: Rollback, Reduce or Continue
  int next_percent = 100;
  TimePoint step_since{};  // when this percent was observed as programmed
};

// A step's evidence for grows no faster than to be complete after so much observed time.
inline constexpr int kEvidenceIntervals = 15;  // that evidence for is spread over, at least …
inline constexpr Duration kEvidenceSoak = seconds(150);  // … but no longer than this
// Watched since the last change of percent before all is over; the bake serves for it.
inline constexpr Duration kFinalSoak = minutes(15);
inline constexpr Duration kNoTrafficAfter = minutes(2);
inline constexpr Duration kStaleAfter = seconds(90);  // or four intervals, where those are long

// One claim about the candidate: errors, or latency at two neighbouring bounds. Against it speaks
// the lesser of the two bounds' evidence, for it their mean: a shift of less than one bucket, which
// only one bound can see, is nobody's regression.
struct MetricTest {
  std::string name;       // "errors", "latency 0.5"
  std::size_t first = 0;  // indices into Evidence::metrics; the same for errors
  std::size_t second = 0;
  MarginPair margins;
  double weight = 1;  // in the combined evidence against; all weights sum to 1
};
std::vector<MetricTest> metric_tests(const AnalysisSettings& settings);
// What evidence is kept of: errors first, then each latency bound (none where there is only one).
std::size_t metric_count(const AnalysisSettings& settings);

// Nothing collected yet, for this candidate under these settings.
Evidence fresh_evidence(const std::string& candidate_uid, const AnalysisSettings& settings);
bool belongs_to(const Evidence& evidence, const std::string& candidate_uid,
                const AnalysisSettings& settings);

// Folds one interval in. An interval that is missing, or does not end after the evidence's last
// one, adds nothing. `step` changes restart the evidence *for*; evidence against carries over.
Evidence advance(Evidence evidence, const Interval& interval, const AnalysisSettings& settings);
// Evidence for the candidate is earned anew at each percent: call when a step's clock starts.
Evidence start_step(Evidence evidence, TimePoint step_since);
// The metrics go by other names now, with other bounds (Knative was upgraded). What speaks against
// the candidate by its errors stays; latency, and all that speaks for it, begins again.
struct Renamed {
  AnalysisSettings settings;
  Evidence evidence;
};
Renamed renamed(AnalysisSettings before, const AnalysisSettings& chosen_now, Evidence evidence);
Verdict judge(const Evidence& evidence, const AnalysisSettings& settings,
              const JudgeContext& context, TimePoint now);

// Stable's own recent past, from which `auto` margins and usable latency bounds are chosen.
struct StableBaseline {
  double requests_per_second = 0;
  double error_rate = 0;                  // fraction
  std::map<double, double> slower_share;  // bound → fraction of requests slower
  bool instances_usually_young = false;
};
AnalysisSettings choose_settings(const AnalysisSpec& spec, const RolloutSpec& rollout,
                                 const StableBaseline& baseline, Duration interval);
// Canary requests (median) to clear `margin` at a stable rate; 0 where it cannot be said.
// `share` is the canary's, as a fraction.
std::int64_t requests_needed(double stable_rate, const Margin& margin, double share, double beta);
// Constant harm: before `next_percent` the promotion margin's `plus` is looser by as much as fewer
// users would be hit than at half of them.
double step_plus(double plus, double next_percent);

}  // namespace freshet
