// Short ways to put intervals together and have them judged, for tests.
#pragma once

#include <string>
#include <utility>

#include "analysis/analyzer.h"
#include "tests/analysis/simulate.h"

namespace freshet {

inline constexpr TimePoint kStart = kSimulationStart;

inline AnalysisSettings with_latency() {
  AnalysisSettings settings;
  settings.latency_bounds = {0.1, 0.25, 0.5};
  return settings;
}

inline JudgeContext at_percent(int percent, bool first = false, bool last = false) {
  JudgeContext context;
  context.percent = percent;
  context.first_step = first;
  context.last_step = last;
  context.next_percent = last ? 100 : 50;
  context.step_since = kStart;
  return context;
}

inline Interval interval(int index, ArmCounts canary, ArmCounts stable, int percent = 10) {
  const TimePoint start = kStart + index * seconds(10);
  return {start, start + seconds(10), std::move(canary), std::move(stable), percent, false};
}

inline Evidence started(const AnalysisSettings& settings) {
  return start_step(fresh_evidence("uid", settings), kStart);
}

// `count` equal intervals.
inline Evidence after(const AnalysisSettings& settings, int count, const ArmCounts& canary,
                      const ArmCounts& stable, int percent = 10) {
  Evidence e = started(settings);
  for (int i = 0; i < count; ++i) {
    e = advance(std::move(e), interval(i, canary, stable, percent), settings);
  }
  return e;
}

inline Verdict judged(const Evidence& e, const AnalysisSettings& settings,
                      const JudgeContext& context) {
  return judge(e, settings, context, e.last_end.value_or(kStart));
}

}  // namespace freshet
