// Verdict: what the metric analyzer answers, with everything a person needs to follow it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/interval.h"

namespace freshet {

enum class VerdictKind {
  kRollback,      // worse than the rollback margin, at error chance α, whenever one looks
  kReduce,        // suspect: back to a smaller percent at once, keep judging
  kContinue,      // neither is shown yet
  kAdvance,       // this step's own evidence allows the next percent
  kPromote,       // not worse than the promotion margin: final
  kInconclusive,  // the deadline came first (only the planner's deadline makes it)
};
std::string_view to_string(VerdictKind kind);

// Why nothing is raised. A hold is neither a pass nor a failure, and never stops a Rollback.
enum class AnalysisHold {
  kNoTraffic,
  kStaleMetrics,
  kSharedIncident,  // both arms fail more than they may: nobody's fault, no time to raise anything
  kNoCheckValue,    // a user's query gives no value
  kSplitNotRandom,  // the canary's share of requests wanders: its users are not stable's
  kWarmingUp,
};
std::string_view to_string(AnalysisHold hold);  // "NoTraffic", …

struct Verdict {
  VerdictKind kind = VerdictKind::kContinue;
  std::vector<AnalysisHold> holds;
  std::string metric;                              // dominant: "errors" or "latency 0.5"
  double rollback_evidence = 0;                    // ln E against the candidate, all steps
  double rollback_threshold = 0;                   // ln(1/α)
  std::map<std::string, double> against;           // ln e against it, by claim
  std::map<std::string, double> promote_evidence;  // ln e for it, by metric, this step
  double promote_threshold = 0;                    // ln(1/β), or ln 20 for Advance
  ArmTotals canary;                                // whole rollout, as judged so far
  ArmTotals stable;
  std::int64_t step_requests = 0;  // of the canary, at this step
  double dispersion = 1;           // noise beyond chance, by which evidence of errors is tempered
  std::int64_t needed = 0;         // canary requests still needed; 0 = unknown
  bool unseen = false;             // nothing has been read yet of this step
  bool silent = false;             // stable finishes requests, the canary has not for minutes
  bool asleep = false;             // nothing to be read for minutes: neither Revision has a pod
  bool leaning_against = false;    // some metric's e ≥ 3: PromoteIfClean refuses
  std::string sentence;  // "waiting: 1,420 of about 3,600 requests, canary 3/1420 errors against …"
  bool operator==(const Verdict&) const = default;
};

}  // namespace freshet
