// Simulated rollouts for the judge's benchmark.
#include "tests/bench/judge_world.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace freshet {
namespace {

constexpr std::array<int, 4> kSteps = {1, 5, 20, 50};
constexpr int kBakePercent = 98;
constexpr Duration kMinimumStep = minutes(2);
constexpr Duration kBake = minutes(15);
constexpr Duration kDeadline = hours(6);

JudgeContext context_of(std::size_t step, bool baking, TimePoint since) {
  JudgeContext context;
  context.percent = baking ? kBakePercent : kSteps[step];
  context.first_step = step == 0 && !baking;
  context.last_step = step + 1 == kSteps.size() && !baking;
  context.baking = baking;
  context.next_percent = step + 1 < kSteps.size() ? kSteps[step + 1] : 100;
  context.step_since = since;
  return context;
}

void fill(Outcome& out, const Evidence& e, VerdictKind end, int percent) {
  out.end = end;
  out.canary_requests = e.canary.requests;
  out.canary_errors = e.canary.errors;
  out.percent = percent;
}

}  // namespace

std::vector<double> knative_bounds() {
  return {.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10};
}

ArmRates lognormal_rates(double errors, double median_seconds, double sigma) {
  ArmRates rates;
  rates.errors = errors;
  for (double bound : knative_bounds()) {
    rates.slower[bound] = 0.5 * std::erfc(std::log(bound / median_seconds) / sigma / std::sqrt(2));
  }
  return rates;
}

std::optional<Interval> PlainSource::next(TimePoint& now, int percent) {
  const Interval out = traffic_.interval(now, length_, rps_, percent, canary_, stable_);
  now = out.end;
  return out;
}

AnalysisSettings bench_settings(double rps, const ArmRates& stable) {
  StableBaseline baseline;
  baseline.requests_per_second = rps;
  baseline.error_rate = stable.errors;
  baseline.slower_share = stable.slower;
  return choose_settings(AnalysisSpec{}, RolloutSpec{}, baseline, seconds(10));
}

Outcome judge_at(TrafficSource& source, const AnalysisSettings& settings, int percent) {
  TimePoint now = kSimulationStart;
  JudgeContext context;
  context.percent = percent;
  context.first_step = true;
  context.last_step = true;
  context.step_since = now;
  Evidence e = start_step(fresh_evidence("bench", settings), now);
  Outcome out;
  while (now < kSimulationStart + hours(1)) {
    if (const auto interval = source.next(now, percent)) {
      e = advance(std::move(e), *interval, settings);
    }
    const Verdict v = judge(e, settings, context, now);
    fill(out, e, v.kind, percent);
    if (v.kind == VerdictKind::kRollback || v.kind == VerdictKind::kPromote) break;
  }
  out.seconds = to_seconds(now - kSimulationStart);
  return out;
}

Outcome roll_out(TrafficSource& source, const AnalysisSettings& settings) {
  TimePoint now = kSimulationStart;
  TimePoint since = now;
  std::size_t step = 0;
  bool baking = false;
  Evidence e = start_step(fresh_evidence("bench", settings), now);
  Outcome out;
  const auto move_to = [&](std::size_t next, bool bake) {
    step = next;
    baking = bake;
    since = now;
    e = start_step(std::move(e), now);
  };
  while (now < kSimulationStart + kDeadline) {
    const int percent = baking ? kBakePercent : kSteps[step];
    if (const auto interval = source.next(now, percent)) {
      e = advance(std::move(e), *interval, settings);
    }
    const Verdict v = judge(e, settings, context_of(step, baking, since), now);
    fill(out, e, VerdictKind::kInconclusive, percent);
    out.clean = !v.leaning_against;
    if (!baking) out.seconds = to_seconds(now - kSimulationStart);
    if (v.kind == VerdictKind::kRollback) {
      out.end = v.kind;
      out.seconds = to_seconds(now - kSimulationStart);
      return out;
    }
    if (v.kind == VerdictKind::kReduce) {
      if (out.reduces++ == 0) out.reduced_after = to_seconds(now - kSimulationStart);
      move_to(baking ? kSteps.size() - 1 : 0, false);
    } else if (baking && now - since >= kBake) {
      out.end = VerdictKind::kPromote;
      return out;
    } else if (v.kind == VerdictKind::kAdvance && now - since >= kMinimumStep) {
      move_to(step + 1, false);
    } else if (v.kind == VerdictKind::kPromote && now - since >= kMinimumStep) {
      move_to(step, true);
    }
  }
  return out;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace freshet
