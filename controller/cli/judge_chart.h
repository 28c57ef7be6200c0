// The evidence of a replay over time, drawn with block characters. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/replay.h"

namespace freshet {

// One column of the chart: a slice of time, with what the verdict was made of at its end.
struct ChartColumn {
  double against = 0;    // ln E, its greatest within the slice
  double in_favour = 0;  // the least of all metrics'
  int percent = 0;
  std::optional<VerdictKind> turn;  // another verdict than before was reached here
  std::set<AnalysisHold> holds;
  bool missing = false;
  bool operator==(const ChartColumn&) const = default;
};
struct Chart {
  TimePoint start{};
  TimePoint end{};
  double rollback_threshold = 0;
  double promote_threshold = 0;
  std::vector<ChartColumn> columns;
};

double least_in_favour(const Verdict& verdict);  // 0 where there is no evidence yet

// A report of any length in so many columns (at least one); its lines must not be none.
Chart chart_of(const ReplayReport& report, std::size_t columns);

// Both kinds of evidence against their thresholds, and below them percents, holds and time; at most
// `columns` wide.
std::string draw_chart(const ReplayReport& report, std::size_t columns, bool colours);

}  // namespace freshet
