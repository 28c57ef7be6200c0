// The analyzer, asked after each interval.
#include "tests/bench/judges/freshet_judge.h"

#include <utility>

#include "tests/analysis/simulate.h"

namespace freshet {

FreshetJudge::FreshetJudge(AnalysisSettings settings, int percent)
    : settings_(std::move(settings)),
      evidence_(start_step(fresh_evidence("bench", settings_), kSimulationStart)) {
  context_.percent = percent;
  context_.first_step = true;
  context_.last_step = true;
  context_.step_since = kSimulationStart;
}

Answer FreshetJudge::see(const Interval& interval) {
  evidence_ = advance(std::move(evidence_), interval, settings_);
  const VerdictKind kind = judge(evidence_, settings_, context_, interval.end).kind;
  if (kind == VerdictKind::kRollback) return Answer::kRollback;
  return kind == VerdictKind::kPromote ? Answer::kPromote : Answer::kGoing;
}

}  // namespace freshet
