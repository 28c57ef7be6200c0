// Printing: a line of a recording, and a replay as one JSON object a line or as a table for people.
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/replay.h"
#include "base/text.h"

namespace freshet {
namespace {

using OrderedJson = nlohmann::ordered_json;

double rounded(double value) { return std::round(value * 1000) / 1000; }

OrderedJson arm_json(const ArmTotals& arm) {
  return {{"requests", arm.requests}, {"errors", arm.errors}};
}

// Seconds as the recording wrote them: whole where they are.
OrderedJson time_json(TimePoint t) {
  const std::int64_t ms = t.time_since_epoch().count();
  if (ms % 1000 == 0) return ms / 1000;
  return static_cast<double>(ms) / 1000;
}

OrderedJson counts_json(const ArmCounts& arm) {
  OrderedJson out = {{"requests", arm.requests}, {"errors", arm.errors}};
  for (const auto& [bound, slower] : arm.slower) out["slower"][fmt::format("{}", bound)] = slower;
  if (arm.young > 0) out["young"] = arm.young;
  if (arm.observed) out["seconds"] = to_seconds(*arm.observed);
  return out;
}

double least_for(const Verdict& v) {
  double least = 0;
  bool first = true;
  for (const auto& [name, log_e] : v.promote_evidence) {
    least = first ? log_e : std::min(least, log_e);
    first = false;
  }
  return least;
}

}  // namespace

std::string print_recording_line(const Interval& interval) {
  OrderedJson out = {{"at", time_json(interval.end)}};
  if (interval.missing) {
    out["missing"] = true;
  } else {
    out["canary"] = counts_json(interval.canary);
    out["stable"] = counts_json(interval.stable);
    out["percent"] = interval.percent;
    if (interval.stable_half != ArmTotals{}) out["stableHalf"] = arm_json(interval.stable_half);
    for (const auto& [name, values] : interval.checks) {
      out["checks"][name] = {{"canary", values.canary}, {"stable", values.stable}};
    }
  }
  return out.dump();
}

std::string print_replay_json(const ReplayLine& line) {
  const Verdict& v = line.verdict;
  OrderedJson holds = OrderedJson::array();
  for (AnalysisHold hold : v.holds) holds.push_back(std::string(to_string(hold)));
  OrderedJson in_favour = OrderedJson::object();
  for (const auto& [name, log_e] : v.promote_evidence) in_favour[name] = rounded(log_e);
  const OrderedJson out = {
      {"at", time_json(line.interval.end)},
      {"verdict", std::string(to_string(v.kind))},
      {"holds", std::move(holds)},
      {"metric", v.metric},
      {"evidence", {{"rollback", rounded(v.rollback_evidence)}, {"promote", std::move(in_favour)}}},
      {"threshold",
       {{"rollback", rounded(v.rollback_threshold)}, {"promote", rounded(v.promote_threshold)}}},
      {"canary", arm_json(v.canary)},
      {"stable", arm_json(v.stable)},
      {"needed", v.needed},
      {"sentence", v.sentence}};
  return out.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string print_replay_table(const ReplayReport& report) {
  const TimePoint start = report.lines.empty() ? TimePoint{} : report.lines.front().interval.start;
  std::string out = fmt::format("{:>8}  {:<12}  {:>14}  {:>14}  {:>8}  {:>8}  {}\n", "TIME",
                                "VERDICT", "CANARY", "STABLE", "AGAINST", "FOR", "SENTENCE");
  for (const ReplayLine& line : report.lines) {
    const Verdict& v = line.verdict;
    out +=
        fmt::format("{:>8}  {:<12}  {:>14}  {:>14}  {:>8.2f}  {:>8.2f}  {}\n",
                    format_age(line.interval.end - start), to_string(v.kind),
                    fmt::format("{}/{}", v.canary.errors, v.canary.requests),
                    fmt::format("{}/{}", v.stable.errors, v.stable.requests), v.rollback_evidence,
                    least_for(v), line.interval.missing ? "interval missing" : v.sentence);
  }
  const char* end = report.end == VerdictKind::kContinue ? "neither was shown" : nullptr;
  const double needs_against = -std::log(report.settings.alpha);
  const double needs_for = -std::log(report.settings.beta);
  out += fmt::format("{}; thresholds: against {:.2f}, for {:.2f} (natural logarithms)\n",
                     end ? end : to_string(report.end), needs_against, needs_for);
  return out;
}

}  // namespace freshet
