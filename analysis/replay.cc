// Reading recorded intervals and judging them.
#include "analysis/replay.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr std::int64_t kRequestsForBounds = 300;  // of stable, before latency bounds are chosen
constexpr double kMaxCount = 1e12;

Error wrong(std::string_view what) { return bad_input(std::string(what)); }

Status check_keys(const Json& object, std::string_view where,
                  const std::vector<std::string>& known) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const auto near = nearest(key, known);
    return wrong(fmt::format("{}: unknown field \"{}\"{}", where, printable(key, 40),
                             near ? fmt::format(", did you mean \"{}\"?", *near) : ""));
  }
  return {};
}

Result<std::int64_t> whole(const Json& object, std::string_view where, std::string_view key,
                           std::optional<std::int64_t> fallback) {
  const Json& value = at_path(object, {key});
  if (value.is_null() && fallback && !object.contains(key)) return *fallback;
  if (!value.is_number()) {
    return wrong(
        fmt::format("{}.{}: {}", where, key, object.contains(key) ? "not a number" : "missing"));
  }
  const double number = value.get<double>();
  if (!(number >= 0 && number <= kMaxCount) || number != std::floor(number)) {
    return wrong(fmt::format("{}.{}: not a whole number of at least 0", where, key));
  }
  return static_cast<std::int64_t>(number);
}

Status parse_slower(const Json& object, std::string_view where, ArmCounts& arm) {
  const Json& slower = at_path(object, {"slower"});
  if (!object.contains("slower")) return {};
  if (!slower.is_object()) return wrong(fmt::format("{}.slower: not an object", where));
  for (const auto& [key, value] : slower.items()) {
    char* end = nullptr;
    const double bound = std::strtod(key.c_str(), &end);
    if (key.empty() || end != key.c_str() + key.size() || !(bound > 0 && bound < 1e6)) {
      return wrong(
          fmt::format("{}.slower: \"{}\" is not a bound in seconds", where, printable(key, 40)));
    }
    const auto count = whole(slower, std::string(where) + ".slower", key, std::nullopt);
    if (!count) return count.error();
    if (*count > arm.requests) {
      return wrong(fmt::format("{}.slower[\"{}\"]: more than its requests", where, key));
    }
    if (!arm.slower.emplace(bound, *count).second) {
      return wrong(fmt::format("{}.slower: the bound {} stands twice", where, bound));
    }
  }
  return {};
}

Result<ArmCounts> parse_arm(const Json& line, const std::string& where) {
  const Json& object = at_path(line, {where});
  if (!object.is_object()) {
    return wrong(fmt::format("{}: {}", where, line.contains(where) ? "not an object" : "missing"));
  }
  static const std::vector<std::string> kKnown = {"requests", "errors", "slower", "young"};
  if (Status keys = check_keys(object, where, kKnown); !keys) return keys.error();
  ArmCounts arm;
  const auto requests = whole(object, where, "requests", std::nullopt);
  if (!requests) return requests.error();
  const auto errors = whole(object, where, "errors", std::nullopt);
  if (!errors) return errors.error();
  const auto young = whole(object, where, "young", 0);
  if (!young) return young.error();
  arm.requests = *requests;
  arm.errors = *errors;
  arm.young = *young;
  if (arm.errors > arm.requests) return wrong(where + ".errors: more than its requests");
  if (arm.young > arm.requests) return wrong(where + ".young: more than its requests");
  if (Status slower = parse_slower(object, where, arm); !slower) return slower.error();
  return arm;
}

Result<TimePoint> parse_end(const Json& json, std::optional<TimePoint> before) {
  const Json& at = at_path(json, {"at"});
  if (!at.is_number()) return wrong(json.contains("at") ? "at: not a number" : "at: missing");
  const double end_seconds = at.get<double>();
  if (!(end_seconds >= 0 && end_seconds < 1e11)) return wrong("at: not a time in seconds");
  const TimePoint end = from_unix_seconds(end_seconds);
  if (before && end <= *before) return wrong("at: not after the line before it");
  return end;
}

struct NumberedInterval {
  int line = 0;
  Interval interval;
};

Result<std::vector<NumberedInterval>> parse_all(std::string_view text, Duration first_length) {
  std::vector<NumberedInterval> out;
  std::optional<TimePoint> before;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    ++number;
    if (line.empty()) continue;
    if (out.size() >= kMaxReplayLines) {
      return bad_input(fmt::format("line {}: more than {} lines", number, kMaxReplayLines));
    }
    Result<Interval> interval = parse_replay_line(line, before, first_length);
    if (!interval) return with_context(fmt::format("line {}", number), std::move(interval.error()));
    before = interval->end;
    out.push_back({number, std::move(*interval)});
  }
  if (out.empty()) return bad_input("line 1: the recording is empty");
  return out;
}

// Bounds that at most half of stable's first requests exceed and every line of both arms has.
StableBaseline first_lines(const std::vector<NumberedInterval>& lines) {
  ArmCounts sum;
  for (const NumberedInterval& line : lines) {
    if (sum.requests >= kRequestsForBounds) break;
    sum.requests += line.interval.stable.requests;
    for (const auto& [bound, slower] : line.interval.stable.slower) sum.slower[bound] += slower;
  }
  StableBaseline baseline;
  for (const auto& [bound, slower] : sum.slower) {
    baseline.slower_share[bound] =
        static_cast<double>(slower) / static_cast<double>(std::max<std::int64_t>(sum.requests, 1));
  }
  return baseline;
}

AnalysisSettings settings_for(const std::vector<NumberedInterval>& lines,
                              const ReplayOptions& options) {
  AnalysisSpec spec = options.spec.value_or(AnalysisSpec{});
  const AnalysisSettings defaults;
  if (!spec.errors.margins) spec.errors.margins = defaults.errors;
  if (!spec.latency.margins) spec.latency.margins = defaults.latency;
  RolloutSpec rollout = options.rollout.value_or(RolloutSpec{});
  rollout.bake.duration = Duration{};  // none follows: the soak is served before Promote
  return choose_settings(spec, rollout, first_lines(lines), options.interval);
}

// What a claim is about: requests slower than this; nullopt: failures.
std::optional<double> bound_of(const MetricTest& test, const AnalysisSettings& settings) {
  if (test.second == 0 || test.second > settings.latency_bounds.size()) return std::nullopt;
  return settings.latency_bounds[test.second - 1];
}

void add_events(ArmTotals& totals, const ArmCounts& arm, std::optional<double> bound) {
  totals.requests += arm.requests;
  if (!bound) totals.errors += arm.errors;
  if (const auto slower = arm.slower.find(bound.value_or(0)); slower != arm.slower.end()) {
    totals.errors += slower->second;
  }
}

std::vector<ReplayMetric> metrics_of(const std::vector<ReplayLine>& lines, const Evidence& evidence,
                                     const AnalysisSettings& settings) {
  std::vector<ReplayMetric> out;
  for (const MetricTest& test : metric_tests(settings)) {
    ReplayMetric metric{test.name, {}, {}, 0};
    const auto bound = bound_of(test, settings);
    for (const ReplayLine& line : lines) {
      add_events(metric.canary, line.interval.canary, bound);
      add_events(metric.stable, line.interval.stable, bound);
    }
    if (std::max(test.first, test.second) < evidence.metrics.size()) {
      metric.against =
          std::log(test.weight) + std::min(log_value(evidence.metrics[test.first].capped),
                                           log_value(evidence.metrics[test.second].capped));
    }
    out.push_back(std::move(metric));
  }
  return out;
}

}  // namespace

Result<Interval> parse_replay_line(std::string_view text, std::optional<TimePoint> before,
                                   Duration first_length) {
  Result<Json> parsed = parse_json(text, kMaxReplayLineBytes);
  if (!parsed) return parsed.error();
  const Json& json = *parsed;
  if (!json.is_object()) return wrong("not an object");
  static const std::vector<std::string> kKnown = {"at", "canary", "stable", "percent", "missing"};
  if (Status keys = check_keys(json, "line", kKnown); !keys) return keys.error();
  Interval out;
  const Result<TimePoint> end = parse_end(json, before);
  if (!end) return end.error();
  out.end = *end;
  out.start = before.value_or(out.end - first_length);
  if (json.contains("missing")) {
    if (!json["missing"].is_boolean()) return wrong("missing: neither true nor false");
    out.missing = json["missing"].get<bool>();
    if (out.missing) return out;
  }
  Result<ArmCounts> canary = parse_arm(json, "canary");
  if (!canary) return canary.error();
  Result<ArmCounts> stable = parse_arm(json, "stable");
  if (!stable) return stable.error();
  const auto percent = whole(json, "line", "percent", std::nullopt);
  if (!percent) return percent.error();
  if (*percent < 1 || *percent > 99) return wrong("percent: not a whole number from 1 to 99");
  out.canary = std::move(*canary);
  out.stable = std::move(*stable);
  out.percent = static_cast<int>(*percent);
  return out;
}

Result<ReplayReport> replay(std::string_view text, const ReplayOptions& options) {
  if (options.interval <= Duration{}) return bad_input("the interval must be longer than nothing");
  const auto lines = parse_all(text, options.interval);
  if (!lines) return lines.error();
  ReplayReport report;
  report.settings = settings_for(*lines, options);
  Evidence evidence = fresh_evidence("replay", report.settings);
  JudgeContext context;
  context.first_step = true;  // there is nothing to reduce to
  context.last_step = true;
  context.step_since = lines->front().interval.start;
  evidence = start_step(std::move(evidence), context.step_since);
  for (const NumberedInterval& line : *lines) {
    evidence = advance(std::move(evidence), line.interval, report.settings);
    if (!line.interval.missing) context.percent = line.interval.percent;
    Verdict verdict = judge(evidence, report.settings, context, line.interval.end);
    const bool final =
        verdict.kind == VerdictKind::kRollback || verdict.kind == VerdictKind::kPromote;
    report.lines.push_back({line.line, line.interval, std::move(verdict)});
    if (final && report.end == VerdictKind::kContinue) {
      report.end = report.lines.back().verdict.kind;
      report.metrics = metrics_of(report.lines, evidence, report.settings);
    }
    if (final && !options.all) break;
  }
  if (report.metrics.empty()) {
    report.metrics = metrics_of(report.lines, evidence, report.settings);
  }
  return report;
}

}  // namespace freshet
