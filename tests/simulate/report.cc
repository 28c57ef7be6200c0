// What many stories came to.
#include "tests/simulate/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace freshet::simulate {
namespace {

double rounded(double value) { return std::round(value * 100) / 100; }

Json quantiles(std::vector<Duration> values) {
  if (values.empty()) return {{"count", 0}};
  std::ranges::sort(values);
  const auto at = [&](double share) {
    const auto last = static_cast<double>(values.size() - 1);
    return rounded(to_seconds(values[static_cast<std::size_t>(share * last)]));
  };
  return {{"count", values.size()}, {"p50", at(0.5)}, {"p99", at(0.99)}, {"max", at(1)}};
}

}  // namespace

void add(Report& report, std::uint64_t seed, const Outcome& outcome) {
  ++report.stories;
  report.rollouts += outcome.rollouts;
  report.events += outcome.events;
  report.writes += outcome.writes;
  report.simulated += outcome.simulated;
  for (const auto& [kind, times] : outcome.faults) report.faults[kind] += times;
  for (const Violation& violation : outcome.violations) {
    report.violations.push_back({seed, violation});
  }
  report.rests.push_back(outcome.rest);
  report.retreats.insert(report.retreats.end(), outcome.retreats.begin(), outcome.retreats.end());
}

void add(Report& report, const Report& other) {
  report.stories += other.stories;
  report.rollouts += other.rollouts;
  report.events += other.events;
  report.writes += other.writes;
  report.simulated += other.simulated;
  report.core_seconds += other.core_seconds;
  for (const auto& [kind, times] : other.faults) report.faults[kind] += times;
  report.violations.insert(report.violations.end(), other.violations.begin(),
                           other.violations.end());
  report.rests.insert(report.rests.end(), other.rests.begin(), other.rests.end());
  report.retreats.insert(report.retreats.end(), other.retreats.begin(), other.retreats.end());
}

Json report_to_json(Report report, const std::string& replay) {
  std::ranges::sort(report.violations, {}, &Found::seed);
  Json violations = Json::array();
  for (const Found& found : report.violations) {
    violations.push_back({{"seed", found.seed},
                          {"at", format_rfc3339(found.violation.at)},
                          {"invariant", found.violation.invariant},
                          {"what", found.violation.what},
                          {"replay", fmt::format("{} {}", replay, found.seed)}});
  }
  const double spent = std::max(report.core_seconds, 1e-6);
  return {{"stories", report.stories},
          {"rollouts", report.rollouts},
          {"events", report.events},
          {"serviceWrites", report.writes},
          {"faults", report.faults},
          {"simulatedDays", rounded(to_seconds(report.simulated) / 86400)},
          {"secondsFromVerdictToZero", quantiles(std::move(report.retreats))},
          {"secondsFromLastFaultToRest", quantiles(std::move(report.rests))},
          {"coreSeconds", rounded(report.core_seconds)},
          {"rolloutsPerCoreSecond", rounded(static_cast<double>(report.rollouts) / spent)},
          {"violations", std::move(violations)}};
}

}  // namespace freshet::simulate
