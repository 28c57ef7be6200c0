// What is fixed when a rollout starts: the spec's numbers with `auto` resolved from stable's own
// recent past, and which latency bounds are tested.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "config/tracked_service.h"

namespace freshet {

inline constexpr std::size_t kMaxMetrics = 15;  // errors and at most 14 latency bounds

inline constexpr double kAdvanceEvidence = 20;  // e-value for the next percent, this step alone
// A step's evidence for grows no faster than to be complete after so much observed time.
inline constexpr int kEvidenceIntervals = 15;  // that evidence for is spread over, at least …
inline constexpr Duration kEvidenceSoak = seconds(150);  // … but no longer than this
// Watched since the last change of percent before all is over; the bake serves for it.
inline constexpr Duration kFinalSoak = minutes(15);

// A rate that no arm should exceed, whatever the other does.
struct Objective {
  std::optional<double> bound;  // share of requests slower than it; nullopt: share of errors
  double share = 0;             // the greatest, as a fraction
  bool operator==(const Objective&) const = default;
};
std::string objective_name(const Objective& objective);  // "objective errors 2%"

inline constexpr Duration kCheckEvery = minutes(1);  // at least

// A user's query: in which direction the canary is worse, and how much is nobody's fault.
struct CheckRule {
  std::string name;
  bool lower_is_worse = false;
  double times = 1;  // the canary may reach so many times stable's value (or be so many times less)
  double plus = 0;   // … and so much more (less), in the query's own unit
  // Between two looks that count: what the query looks back on must not be looked at twice.
  Duration every = kCheckEvery;
  bool operator==(const CheckRule&) const = default;
};

struct AnalysisSettings {
  double alpha = 0.001;
  double beta = 0.05;
  MarginPair errors{{1.25, 0.001}, {1.5, 0.003}};
  MarginPair latency{{1.25, 0.002}, {1.5, 0.01}};
  std::vector<double> latency_bounds;  // seconds, fixed from stable's hour before; may be empty
  std::vector<Objective> objectives;
  std::vector<CheckRule> checks;
  std::optional<double> dispersion;  // of errors beyond chance; nullopt: learned
  Duration warm_up = seconds(90);
  bool warm_up_off = false;              // stable's own instances are usually younger
  std::int64_t planned_intervals = 360;  // late starts to plan for, one a minute: deadline ÷ 1 min
  bool cap_rollback = true;              // three intervals must agree (two where they are long)
  bool cap_promote = true;               // evidence for is not complete before evidence_soak
  Duration evidence_soak = seconds(150);
  Duration promote_soak{};  // observed at the last percent before Promote, at least
  // What requests take at most, 99 of 100 of stable's hour: so long after a change of percent those
  // that are finished still tell the share that was before, and none is held to be lost.
  Duration longest_request{};
  // The same, as far as the plan can afford it: from then on a step may be shown to lose none.
  Duration longest_waited{};
  // Stable's own hour, against which full load is watched while baking; nullopt: not watched.
  std::optional<double> stable_error_rate;
  std::map<double, double> stable_slower;  // bound → share of requests slower
  bool operator==(const AnalysisSettings&) const = default;
};
std::string settings_hash(const AnalysisSettings& settings);  // evidence belongs to one of these
Json settings_to_json(const AnalysisSettings& settings);
Result<AnalysisSettings> settings_from_json(const Json& json);

// All bounds that must be read, by rising order: those tested and those of objectives.
std::vector<double> bounds_read(const AnalysisSettings& settings);

// Stable's own recent past, from which `auto` margins and usable latency bounds are chosen.
struct StableBaseline {
  double requests_per_second = 0;
  double error_rate = 0;                  // fraction
  std::map<double, double> slower_share;  // bound → fraction of requests slower
  bool instances_usually_young = false;
};
// `request_timeout`: of stable's Revision; a request takes no longer.
inline constexpr Duration kRequestTimeout = seconds(300);  // Knative's default
AnalysisSettings choose_settings(const AnalysisSpec& spec, const RolloutSpec& rollout,
                                 const StableBaseline& baseline, Duration interval,
                                 Duration request_timeout = kRequestTimeout);
// The promotion margin's `plus` that `auto` means: the smallest that such traffic can show in time.
double auto_plus(const RolloutSpec& rollout, const StableBaseline& baseline, double beta);
// Canary requests (median) to clear `margin` at a stable rate; 0 where it cannot be said.
// `share` is the canary's, as a fraction.
std::int64_t requests_needed(double stable_rate, const Margin& margin, double share, double beta);
// Constant harm: before `next_percent` the promotion margin's `plus` is looser by as much as fewer
// users would be hit than at half of them.
double step_plus(double plus, double next_percent);
// Stable's rate in its own hour before: of errors, or of requests slower than a bound.
std::optional<double> stable_rate(const AnalysisSettings& settings, std::optional<double> bound);
// The greatest rate that full load, or both arms at once, may have: three times stable's own hour
// plus one percent. nullopt: the hour is not known.
std::optional<double> hour_rate(const AnalysisSettings& settings, std::optional<double> bound);

}  // namespace freshet
