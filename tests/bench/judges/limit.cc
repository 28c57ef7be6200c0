// Runs of the primitive until it has shown what is wrong.
#include "tests/bench/judges/limit.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "analysis/paired.h"
#include "tests/analysis/simulate.h"
#include "tests/bench/judges/parallel.h"
#include "tests/bench/judges/statistics.h"

namespace freshet {
namespace {

constexpr double kAlpha = 0.001;
constexpr double kLooks = 50;  // within the limit's number of requests
constexpr double kRequestsAnInterval = 50 * 10;
constexpr double kDispersion = 3;
constexpr double kWeight = 0.5;
constexpr int kIntervalsALateStart = 6;
constexpr double kPlannedLateStarts = 360;
constexpr double kMostOver = 40;  // times the limit; a run that long is given up

double information(const LimitCell& cell) {
  const double r = cell.share / (1 - cell.share);
  const double q1 = cell.canary * r / (cell.canary * r + cell.stable);
  const double divergence =
      q1 >= 1 ? -std::log(cell.share)
              : q1 * std::log(q1 / cell.share) + (1 - q1) * std::log((1 - q1) / (1 - cell.share));
  return (cell.canary + cell.stable / r) * divergence;
}

struct Way {
  double canary_a_look = 1;
  double threshold = -std::log(kAlpha);
  FoldOptions options{};
  bool knows_effect = false;
};

// Canary requests until the threshold.
double requests_until(const LimitCell& cell, const Way& way, std::uint64_t seed, double most) {
  ArmTraffic traffic(seed);
  AgainstProcess process;
  double known = 0;
  const double stable_a_look = way.canary_a_look * (1 - cell.share) / cell.share;
  double requests = 0;
  for (int look = 0; requests < most; ++look) {
    requests += way.canary_a_look;
    const PairCounts counts{static_cast<double>(traffic.poisson(way.canary_a_look * cell.canary)),
                            static_cast<double>(traffic.poisson(stable_a_look * cell.stable)),
                            way.canary_a_look, stable_a_look};
    if (way.knows_effect) {
      known += log_factor(counts, 1, cell.canary / cell.stable).data;
    } else {
      FoldOptions options = way.options;
      if (look % kIntervalsALateStart == 0) options.late_mass = -std::log(kPlannedLateStarts);
      multiply(process, counts, {1, 0}, options);
    }
    if ((way.knows_effect ? known : log_value(process)) >= way.threshold) break;
  }
  return requests;
}

std::vector<double> all_until(const LimitCell& cell, const Way& way, int seeds, double most) {
  std::vector<double> requests(static_cast<std::size_t>(seeds));
  for_each_index(requests.size(),
                 [&](std::size_t i) { requests[i] = requests_until(cell, way, i + 1, most); });
  return requests;
}

LimitRow row_of(const LimitCell& cell, int seeds) {
  LimitRow row;
  row.cell = cell;
  row.limit = -std::log(kAlpha) / information(cell);
  const double most = kMostOver * std::max(row.limit, kRequestsAnInterval);
  const auto measure = [&](const std::function<void(Way&)>& change) {
    Way way;
    way.canary_a_look = row.limit / kLooks;
    change(way);
    return all_until(cell, way, seeds, most);
  };
  const auto median = [&](const std::function<void(Way&)>& change) {
    return quantile_of(measure(change), 0.5);
  };
  const auto in_intervals = [&](Way& way) { way.canary_a_look = kRequestsAnInterval * cell.share; };
  const std::vector<double> plain = measure([](Way&) {});
  row.plain = quantile_of(plain, 0.5);
  row.mean = std::accumulate(plain.begin(), plain.end(), 0.0) / seeds;
  if (cell.stable > 0) row.oracle = median([](Way& way) { way.knows_effect = true; });
  row.weighted = median([](Way& way) { way.threshold -= std::log(kWeight); });
  row.intervals = median(in_intervals);
  row.capped = median([&](Way& way) {
    in_intervals(way);
    way.options.cap = -std::log(kAlpha * kFromStart) / 3;
  });
  row.tempered = median([](Way& way) { way.options.dispersion = kDispersion; });
  return row;
}

}  // namespace

std::vector<LimitRow> measure_limits(int seeds) {
  const LimitCell cells[] = {
      {.001, .002, .05}, {.001, .005, .05}, {.001, .01, .05}, {.001, .05, .05}, {.005, .02, .05},
      {.005, .05, .05},  {.01, .02, .5},    {.01, .05, .05},  {0, .01, .05},    {0, .05, .5}};
  std::vector<LimitRow> rows;
  for (const LimitCell& cell : cells) rows.push_back(row_of(cell, seeds));
  return rows;
}

}  // namespace freshet
