// The metric analyzer: aligned counts of both arms in, evidence and a verdict out. Pure.
// Source of the test: a margin e-process on Poisson/Bernoulli counts, mixed over effects and late
// starts; see analysis/README.md.
#pragma once

#include <optional>
#include <string>

#include "analysis/evidence.h"
#include "analysis/interval.h"
#include "analysis/settings.h"
#include "analysis/verdict.h"
#include "base/time.h"

namespace freshet {

// Where in the plan the rollout stands when it is judged.
struct JudgeContext {
  int percent = 0;
  bool first_step = false;  // Reduce goes nowhere from the first step
  bool last_step = false;   // the next success is Promote, not Advance
  bool baking = false;      // only evidence against matters: Rollback, Reduce or Continue
  int next_percent = 100;
  TimePoint step_since{};  // when this percent was observed as programmed
  // When neither Revision was last known to have a pod: then there is nothing to be read of them.
  std::optional<TimePoint> without_pods = {};
};

inline constexpr Duration kNoTrafficAfter = minutes(2);
inline constexpr Duration kCheckSilentAfter = minutes(2);  // beside CheckRule::every
inline constexpr Duration kStaleAfter = seconds(90);  // or four intervals, where those are long

// Nothing collected yet, for this candidate under these settings.
Evidence fresh_evidence(const std::string& candidate_uid, const AnalysisSettings& settings);
bool belongs_to(const Evidence& evidence, const std::string& candidate_uid,
                const AnalysisSettings& settings);

// Folds one interval in. An interval that is missing, or does not end after the evidence's last
// one, adds nothing. Another percent restarts the evidence *for*; evidence against carries over.
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
// By how much errors vary beyond chance, as far as is known: what their evidence is divided by.
double error_dispersion(const Evidence& evidence, const AnalysisSettings& settings);
// Requests seem to be routed at random; otherwise users stick to an arm, and what one arm sees is
// not what the other would have seen.
bool is_split_random(const Evidence& evidence);
// The first of the user's checks that has given no value of late; nullptr: none.
const CheckRule* silent_check(const Evidence& evidence, const AnalysisSettings& settings);
Verdict judge(const Evidence& evidence, const AnalysisSettings& settings,
              const JudgeContext& context, TimePoint now);

}  // namespace freshet
