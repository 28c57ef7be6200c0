// The results as JSON, for whoever draws or compares them.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "tests/bench/judges/results.h"

namespace freshet {
namespace {

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

// [hits, runs, lower and upper end of the 95 % interval].
Json share_json(const Share& share) {
  const ExactInterval sure = clopper_pearson(share);
  return {share.hits, share.runs, rounded(sure.low), rounded(sure.high)};
}

Json summary_json(const Summary& s) {
  Json out = {{"rolledBack", share_json(s.rolled_back)},
              {"promoted", share_json(s.promoted)},
              {"inconclusive", share_json(s.inconclusive)}};
  if (s.rolled_back.hits > 0) {
    out["canaryRequests"] = rounded(s.requests);
    out["badResponses"] = rounded(s.bad);
    out["minutesToRollback"] = rounded(s.rollback_minutes);
  }
  if (s.promoted.hits > 0) out["minutesToPromote"] = rounded(s.promote_minutes);
  return out;
}

Json scenario_json(const Contest& contest) {
  Json judges = Json::object();
  for (std::size_t i = 0; i < kContenders; ++i) {
    judges[std::string(kContenderNames[i])] = summary_json(summary_of(contest.runs[i]));
  }
  return {{"scenario", contest.scenario.name}, {"judges", std::move(judges)}};
}

Json sweep_json(const SweepRow& row) {
  Json judges = Json::object();
  for (std::size_t i = 0; i < kContenders; ++i) {
    judges[std::string(kContenderNames[i])] = summary_json(row.by_judge[i]);
  }
  return {{"rps", row.cell.rps},
          {"percent", row.cell.percent},
          {"stableErrors", row.cell.errors},
          {"canaryErrors", row.cell.canary_errors()},
          {"dispersion", row.cell.dispersion},
          {"outsideMargin", row.outside},
          {"judges", std::move(judges)}};
}

Json cell_json(const NullCell& cell) {
  return {{"errors", cell.errors},
          {"percent", cell.percent},
          {"weather", kWeatherNames[static_cast<std::size_t>(cell.weather)]}};
}

Json null_json(const NullRow& row) {
  Json out = cell_json(row.cell);
  for (std::size_t claim = 0; claim < kNullClaims; ++claim) {
    Json hits = Json::array();
    for (const Share& share : row.ever[claim]) hits.push_back(share.hits);
    out[std::string(kNullClaimNames[claim])] = std::move(hits);
    out["runs"] = row.ever[claim][0].runs;
  }
  return out;
}

Json analyzer_null_json(const AnalyzerNullRow& row) {
  Json out = cell_json(row.cell);
  out["rolledBack"] = share_json(row.rolled_back);
  out["promoted"] = share_json(row.promoted);
  return out;
}

Json limit_json(const LimitRow& row) {
  return {{"stableErrors", row.cell.stable},     {"canaryErrors", row.cell.canary},
          {"canaryShare", row.cell.share},       {"limit", rounded(row.limit)},
          {"oracle", rounded(row.oracle)},       {"ours", rounded(row.plain)},
          {"oursMean", rounded(row.mean)},       {"weighted", rounded(row.weighted)},
          {"intervals", rounded(row.intervals)}, {"capped", rounded(row.capped)},
          {"tempered", rounded(row.tempered)}};
}

Json bound_json(const Bound& bound) {
  return {{"claim", bound.claim}, {"measured", bound.measured}, {"held", bound.held}};
}

// One row a line: a change of one figure is a change of one line.
template <class T, class F>
std::string list_of(const char* name, const std::vector<T>& rows, const F& json_of) {
  std::vector<std::string> lines;
  for (const T& row : rows) lines.push_back(dump_json(json_of(row)));
  return fmt::format(",\n\"{}\":[\n{}\n]", name, join(lines, ",\n"));
}

}  // namespace

Status write_json(const Results& results, const std::vector<Bound>& bounds,
                  const std::string& path) {
  std::string text = fmt::format("{{\"seeds\":{},\n\"nominalLevels\":{}", results.seeds,
                                 dump_json(Json(kNominalLevels)));
  text += list_of("scenarios", results.scenarios, scenario_json);
  text += list_of("sweep", results.sweep, sweep_json);
  text += list_of("nulls", results.nulls, null_json);
  text += list_of("analyzerNulls", results.analyzer_nulls, analyzer_null_json);
  text += list_of("limits", results.limits, limit_json);
  text += list_of("bounds", bounds, bound_json);
  return write_file(path, text + "}\n");
}

}  // namespace freshet
