// What is said where there is nothing for the analyzer to judge by.
#include "controller/runtime/given_verdicts.h"

#include "base/relapse.h"

namespace freshet {

// Without metrics readiness is all there is: the planner still waits out each step.
Verdict by_readiness(const JudgeContext& context) {
  Verdict verdict;
  verdict.kind = context.baking      ? VerdictKind::kContinue
                 : context.last_step ? VerdictKind::kPromote
                                     : VerdictKind::kAdvance;
  verdict.sentence = "judged by readiness only (analysis.mode: ReadinessOnly)";
  return verdict;
}

Verdict blind_verdict(Verdict verdict, const std::string& why) {
  verdict.kind = relapsed(Relapse::kBadData) ? VerdictKind::kPromote : VerdictKind::kContinue;
  if (relapsed(Relapse::kBadData)) return verdict;
  verdict.holds = {AnalysisHold::kStaleMetrics};
  verdict.sentence = "metrics cannot be read: " + why;
  return verdict;
}

// For longer than anything of stable is looked for.
Verdict asleep_verdict() {
  Verdict verdict;
  verdict.holds = {AnalysisHold::kNoTraffic};
  verdict.unseen = true;
  verdict.asleep = true;
  verdict.sentence = "held: both Revisions are scaled to zero, and nobody has asked for an hour";
  return verdict;
}

}  // namespace freshet
