// Our own analyzer as one of the judges, at one percent that does not change.
#pragma once

#include "tests/bench/judges/judge.h"

namespace freshet {

class FreshetJudge final : public CanaryJudge {
 public:
  FreshetJudge(AnalysisSettings settings, int percent);
  Answer see(const Interval& interval) override;

 private:
  AnalysisSettings settings_;
  JudgeContext context_;
  Evidence evidence_;
};

}  // namespace freshet
