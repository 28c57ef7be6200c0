// The three charts of the page.
#include <algorithm>

#include "base/files.h"
#include "tests/bench/judges/results.h"
#include "tests/bench/judges/svg.h"

namespace freshet {
namespace {

// Told apart by readers who do not see all colours (Okabe and Ito's set).
constexpr std::array<const char*, kContenders> kColours = {"#0072b2", "#56b4e9", "#e69f00",
                                                           "#d55e00", "#009e73"};
constexpr double kMostRequests = 10'000;
constexpr const char* kDetectionScenario = "bad, 0.2 -> 5 % errors";

// The share rolled back after so many canary requests, in steps of 2 %.
std::vector<std::pair<double, double>> detected_by(const std::vector<Run>& runs) {
  std::vector<double> requests;
  for (const Run& run : runs) {
    if (run.end == Answer::kRollback) requests.push_back(std::max(1.0, run.requests));
  }
  if (requests.empty()) return {};
  const double all =
      100.0 * static_cast<double>(requests.size()) / static_cast<double>(runs.size());
  std::vector<std::pair<double, double>> points;
  for (int share = 0; share <= 100; share += 2) {
    points.emplace_back(quantile_of(requests, share / 100.0), all * share / 100);
  }
  points.emplace_back(kMostRequests, all);
  return points;
}

Chart detection(const Results& results) {
  Chart chart{"What a bad canary gets of the traffic before it is taken back",
              "0.2 -> 5 % errors at 10 % of 50 requests a second",
              {"canary requests until rollback", {30, 100, 300, 1000, 3000, kMostRequests}, true},
              {"% rolled back", {0, 20, 40, 60, 80, 100}},
              {}};
  for (const Contest& contest : results.scenarios) {
    if (contest.scenario.name != kDetectionScenario) continue;
    for (std::size_t i = 0; i < kContenders; ++i) {
      chart.lines.push_back({std::string(kContenderNames[i]), kColours[i],
                             detected_by(contest.runs[i]), i == kFreshetSoaking});
    }
  }
  return chart;
}

Chart false_alarms(const Results& results) {
  Chart chart{"False claims against the level that was asked for",
              "ever, in 360 looks; below the diagonal but for the chance of the worst of 75 cells",
              {"nominal level, %", {0.1, 0.3, 1, 3, 10, 30, 50}, true},
              {"% of runs", {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 50}, true},
              {{"nominal", "#8c959f", {{0.1, 0.1}, {50, 50}}, true}}};
  const char* names[] = {"equal arms", "edge of rollback", "edge of promotion"};
  for (std::size_t claim = 0; claim < kNullClaims; ++claim) {
    ChartLine all{std::string(names[claim]) + ", all cells", kColours[claim + 2], {}};
    ChartLine worst{std::string(names[claim]) + ", worst", kColours[claim + 2], {}, true};
    for (std::size_t level = kNominalLevels.size(); level-- > 0;) {
      const Pooled both = pooled(results.nulls, static_cast<NullClaim>(claim), level);
      all.points.emplace_back(100 * kNominalLevels[level], 100 * both.all.value());
      worst.points.emplace_back(100 * kNominalLevels[level], 100 * both.worst.value());
    }
    chart.lines.push_back(std::move(all));
    chart.lines.push_back(std::move(worst));
  }
  return chart;
}

Chart time_to_promote(const Results& results) {
  Chart chart{"How long a healthy canary waits",
              "0.2 % errors in both arms, 10 % split; no line: never promoted within an hour",
              {"requests a second", {0.2, 1, 5, 20, 50, 200, 1000}, true},
              {"minutes until promoted, median", {0, 10, 20, 30, 40, 50, 60}},
              {}};
  for (std::size_t i = 0; i < kContenders; ++i) {
    ChartLine line{std::string(kContenderNames[i]), kColours[i], {}, i == kFreshetSoaking};
    for (const SweepRow& row : results.sweep) {
      const SweepCell& c = row.cell;
      const bool healthy = c.effect == 1 && c.dispersion == 1;
      if (!healthy || c.percent != 10 || c.errors != 0.002) continue;
      if (row.by_judge[i].promoted.value() < 0.5) continue;
      const std::pair<double, double> point{c.rps, row.by_judge[i].promote_minutes};
      if (line.points.empty() || line.points.back().first < c.rps) line.points.push_back(point);
    }
    chart.lines.push_back(std::move(line));
  }
  return chart;
}

}  // namespace

Status write_plots(const Results& results, const std::string& folder) {
  const std::pair<const char*, Chart> charts[] = {{"detection", detection(results)},
                                                  {"false_alarms", false_alarms(results)},
                                                  {"time_to_promote", time_to_promote(results)}};
  for (const auto& [name, chart] : charts) {
    const Status written = write_file(folder + "/" + name + ".svg", svg_of(chart));
    if (!written) return written;
  }
  return {};
}

}  // namespace freshet
