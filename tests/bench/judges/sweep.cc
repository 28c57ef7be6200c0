// The grid, and each of its cells as a scenario.
#include "tests/bench/judges/sweep.h"

#include <algorithm>

#include "tests/bench/judge_world.h"

namespace freshet {
namespace {

constexpr double kWhereStableHasNone = 0.002;

std::vector<SweepCell> grid() {
  std::vector<SweepCell> cells;
  for (double rps : {0.2, 1., 5., 20., 50., 200., 1000.}) {
    for (double effect : {1., 1.5, 3., 10., 50.}) cells.push_back({.rps = rps, .effect = effect});
  }
  for (int percent : {1, 2, 5, 10, 25, 50}) {
    for (double errors : {0., 0.0005, 0.002, 0.01, 0.05}) {
      for (double effect : {1., 5.}) {
        cells.push_back({.percent = percent, .errors = errors, .effect = effect});
      }
    }
  }
  for (double dispersion : {1., 2., 3., 5., 10.}) {
    for (double effect : {1., 3., 10.}) {
      cells.push_back({.effect = effect, .dispersion = dispersion});
    }
  }
  return cells;
}

bool is_outside(const SweepCell& cell) {
  const Margin margin = bench_settings(cell.rps, scenario_rates(cell.errors)).errors.promote;
  return cell.canary_errors() > margin.times * cell.errors + margin.plus;
}

}  // namespace

double SweepCell::canary_errors() const {
  if (effect == 1) return errors;
  return std::min(1.0, effect * (errors > 0 ? errors : kWhereStableHasNone));
}

std::vector<SweepRow> sweep(int seeds) {
  std::vector<SweepRow> rows;
  for (const SweepCell& cell : grid()) {
    const double canary = cell.canary_errors();
    const Scenario scenario{.name = "a cell of the sweep",
                            .rps = cell.rps,
                            .percent = cell.percent,
                            .errors = cell.errors,
                            .change = [canary](double, Moment& m) { m.canary.errors = canary; },
                            .dispersion = cell.dispersion};
    const Contest contest = hold_contest(scenario, seeds);
    SweepRow row{cell, is_outside(cell), {}};
    for (std::size_t i = 0; i < kContenders; ++i) row.by_judge[i] = summary_of(contest.runs[i]);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace freshet
