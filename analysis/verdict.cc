// Names of verdicts and holds, as people and JSON see them.
#include "analysis/verdict.h"

namespace freshet {

std::string_view to_string(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kRollback: return "Rollback";
    case VerdictKind::kReduce: return "Reduce";
    case VerdictKind::kContinue: return "Continue";
    case VerdictKind::kAdvance: return "Advance";
    case VerdictKind::kPromote: return "Promote";
    case VerdictKind::kInconclusive: return "Inconclusive";
  }
  return "Continue";
}

std::string_view to_string(AnalysisHold hold) {
  switch (hold) {
    case AnalysisHold::kNoTraffic: return "NoTraffic";
    case AnalysisHold::kStaleMetrics: return "StaleMetrics";
    case AnalysisHold::kSharedIncident: return "SharedIncident";
    case AnalysisHold::kNoCheckValue: return "NoCheckValue";
    case AnalysisHold::kSplitNotRandom: return "SplitNotRandom";
    case AnalysisHold::kWarmingUp: return "WarmingUp";
  }
  return "StaleMetrics";
}

}  // namespace freshet
