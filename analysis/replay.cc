// Reading recorded intervals and judging them.
#include "analysis/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/claims.h"
#include "analysis/metric_counts.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr std::int64_t kRequestsForBounds = 300;  // of stable, before latency bounds are chosen

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
std::optional<double> bound_of(const Claim& claim, const AnalysisSettings& settings) {
  if (claim.kind == ClaimKind::kLatency) return settings.latency_bounds[claim.index];
  if (claim.kind == ClaimKind::kObjective) return settings.objectives[claim.index].bound;
  return std::nullopt;
}

void add_events(ArmTotals& totals, const ArmCounts& arm, std::optional<double> bound) {
  totals.requests += arm.requests;
  if (!bound) totals.errors += arm.errors;
  if (const auto slower = arm.slower.find(bound.value_or(0)); slower != arm.slower.end()) {
    totals.errors += slower->second;
  }
}

// Of the requests that its share of stable's would have been, those that the canary did not finish.
void add_lost(ReplayMetric& metric, const Interval& i) {
  metric.stable.requests += i.stable.requests;
  if (i.missing) return;
  const double share = expected_share(i);
  const auto expected = static_cast<std::int64_t>(
      std::llround(static_cast<double>(i.stable.requests) * share / (1 - share)));
  metric.canary.requests += expected;
  metric.canary.errors += std::max<std::int64_t>(expected - i.canary.requests, 0);
}

std::vector<ReplayMetric> metrics_of(const std::vector<ReplayLine>& lines, const Evidence& evidence,
                                     const AnalysisSettings& settings) {
  std::vector<ReplayMetric> out;
  const Verdict& verdict = lines.back().verdict;
  for (const Claim& claim : claims(settings)) {
    ReplayMetric metric{claim_name(claim, settings), {}, {}, 0};
    const auto bound = bound_of(claim, settings);
    for (const ReplayLine& line : lines) {
      if (claim.kind == ClaimKind::kLost) {
        add_lost(metric, line.interval);
      } else if (claim.kind != ClaimKind::kCheck) {
        add_events(metric.canary, line.interval.canary, bound);
        add_events(metric.stable, line.interval.stable, bound);
      }
    }
    if (claim.kind == ClaimKind::kCheck && !evidence.checks.empty()) {
      metric.canary = {evidence.checks[claim.index].looks, evidence.checks[claim.index].worse};
    }
    if (const auto found = verdict.against.find(metric.name); found != verdict.against.end()) {
      metric.against = std::log(claim.weight) + found->second;
    }
    out.push_back(std::move(metric));
  }
  return out;
}

}  // namespace

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
