// All that one run of the benchmark measured, and the forms in which it is shown.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "tests/bench/judges/bounds.h"

namespace freshet {

struct Results {
  int seeds = 0;
  std::vector<Contest> scenarios;
  std::vector<SweepRow> sweep;
  std::vector<NullRow> nulls;
  std::vector<AnalyzerNullRow> analyzer_nulls;
  std::vector<LimitRow> limits;
};

std::vector<Bound> all_bounds(const Results& results);

std::string table_of(const Contest& contest);
std::string table_of(const std::vector<SweepRow>& rows);
std::string table_of(const std::vector<NullRow>& rows);
std::string table_of(const std::vector<AnalyzerNullRow>& rows);
std::string table_of(const std::vector<LimitRow>& rows);
std::string table_of(const std::vector<Bound>& bounds);
std::string page_table(const std::vector<Contest>& contests);  // as it stands in README.md

Status write_json(const Results& results, const std::vector<Bound>& bounds,
                  const std::string& path);
// detection.svg, false_alarms.svg and time_to_promote.svg.
Status write_plots(const Results& results, const std::string& folder);

}  // namespace freshet
