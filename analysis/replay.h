// Replay: the analyzer over recorded intervals, one JSON object a line (analysis/README.md). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/analyzer.h"
#include "base/result.h"
#include "base/time.h"

namespace freshet {

inline constexpr std::size_t kMaxReplayLines = 1'000'000;
inline constexpr std::size_t kMaxReplayLineBytes = 64 << 10;

struct ReplayOptions {
  Duration interval = seconds(10);     // length of the first line's interval
  bool all = false;                    // go on after Rollback and Promote
  std::optional<AnalysisSpec> spec;    // default: AnalysisSpec{}
  std::optional<RolloutSpec> rollout;  // for `auto` margins; default: RolloutSpec{}
};

struct ReplayLine {
  int line = 0;  // of the file, from 1
  Interval interval;
  Verdict verdict;
  bool operator==(const ReplayLine&) const = default;
};
// One claim about the candidate, counted over all lines until the verdict.
struct ReplayMetric {
  std::string name;  // as claim_name() has it
  // Requests, and as errors those that failed, were slower than the bound, or never came back; of a
  // user's check its looks, and those at which the canary was worse.
  ArmTotals canary;
  ArmTotals stable;
  double against = 0;  // ln of its part of the combined evidence: compares with the threshold
  bool operator==(const ReplayMetric&) const = default;
};
struct ReplayReport {
  AnalysisSettings settings;
  std::vector<ReplayLine> lines;
  VerdictKind end = VerdictKind::kContinue;  // Rollback or Promote if one was reached
  std::vector<ReplayMetric> metrics;         // as of the line that reached it, else of the last
  bool operator==(const ReplayReport&) const = default;
};

// Judges every line in turn; the percent in a line is taken as final, so that the verdict ends at
// Rollback or Promote. A recording has no hour before it: `auto` margins are the plain defaults,
// and the latency bounds tested are those that at most half of stable's requests exceed in the
// first lines. Promote comes after kFinalSoak, as no bake follows. Error (kBadInput): the number of
// the first bad line and what is wrong with it.
Result<ReplayReport> replay(std::string_view text, const ReplayOptions& options);

// One line of a recording; `before` is the end of the line before it, nullopt for the first.
Result<Interval> parse_replay_line(std::string_view text, std::optional<TimePoint> before,
                                   Duration first_length);
// The same backwards, without a line end. When the interval began is not in it: a recording's lines
// follow one another, and where one does not, a missing one ends at its start.
std::string print_recording_line(const Interval& interval);

std::string print_replay_json(const ReplayLine& line);       // one object, no line end
std::string print_replay_table(const ReplayReport& report);  // for people, with a closing line

}  // namespace freshet
