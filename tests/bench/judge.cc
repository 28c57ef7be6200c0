// bench_judge: what the judge needs to decide, against its bounds. Exit 1 when one is missed.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/claims.h"
#include "tests/bench/cpu_time.h"
#include "tests/bench/judge_scraped.h"
#include "tests/bench/judge_world.h"

namespace freshet {
namespace {

constexpr double kRps = 50;
constexpr int kPercent = 10;
constexpr int kSeeds = 200;
constexpr int kGoodRollouts = 1000;
constexpr int kScrapedRollouts = 200;
constexpr double kInTime = 1.5;  // what reading through scrapes may cost

bool all_held = true;

void row(std::string_view name, double value, std::string_view unit, double bound, bool at_most) {
  const bool held = at_most ? value <= bound : value >= bound;
  all_held = all_held && held;
  fmt::print("{:<66} {:>9.1f} {:<9} {} {:>7.1f}  {}\n", name, value, unit,
             at_most ? "at most " : "at least", bound, held ? "ok" : "MISSED");
  std::fflush(stdout);
}
void note(std::string_view name, double value, std::string_view unit) {
  fmt::print("{:<66} {:>9.1f} {}\n", name, value, unit);
  std::fflush(stdout);
}

struct Detection {
  double requests = 0;  // medians
  double seconds = 0;
  int rolled_back = 0;
};

template <class MakeSource>
Detection detect(const AnalysisSettings& settings, int percent, const MakeSource& make_source) {
  std::vector<double> requests;
  std::vector<double> times;
  for (int seed = 0; seed < kSeeds; ++seed) {
    auto source = make_source(static_cast<std::uint64_t>(seed) + 1);
    const Outcome out = judge_at(source, settings, percent);
    if (out.end != VerdictKind::kRollback) continue;
    requests.push_back(static_cast<double>(out.canary_requests));
    times.push_back(out.seconds);
  }
  return {median(requests), median(times), static_cast<int>(requests.size())};
}

struct Good {
  int promoted = 0;
  int clean = 0;  // of those that the deadline ended: PromoteIfClean promotes them
  int rolled_back = 0;
  int reduced = 0;
  double seconds = 0;  // median until the bake
};

template <class MakeSource>
Good run_good(const AnalysisSettings& settings, int rollouts, const MakeSource& make_source) {
  Good good;
  std::vector<double> times;
  for (int seed = 0; seed < rollouts; ++seed) {
    auto source = make_source(static_cast<std::uint64_t>(seed) + 1);
    const Outcome out = roll_out(source, settings);
    good.promoted += out.end == VerdictKind::kPromote;
    good.clean += out.end == VerdictKind::kInconclusive && out.clean;
    good.rolled_back += out.end == VerdictKind::kRollback;
    good.reduced += out.reduces > 0;
    times.push_back(out.seconds);
  }
  good.seconds = median(times);
  return good;
}

constexpr int kJudgements = 20'000;

// All of Knative's bounds, which are tested where most requests are faster than the lowest.
double microseconds_per_judgement() {
  const ArmRates rates = lognormal_rates(0.002, 0.004, 1);
  const AnalysisSettings settings = bench_settings(kRps, rates);
  fmt::print("{} latency bounds, {} claims\n", settings.latency_bounds.size(),
             claims(settings).size());
  PlainSource source(1, kRps, rates, rates);
  Evidence e = fresh_evidence("bench", settings);
  JudgeContext context;
  context.percent = kPercent;
  TimePoint now = kSimulationStart;
  std::vector<Interval> intervals;
  for (int i = 0; i < kJudgements; ++i) intervals.push_back(*source.next(now, kPercent));
  double against = 0;
  const double begin = cpu_seconds();
  for (const Interval& interval : intervals) {
    e = advance(std::move(e), interval, settings);
    against += judge(e, settings, context, interval.end).rollback_evidence;
  }
  const double spent = cpu_seconds() - begin;
  if (against > 1e12) fmt::print("never\n");  // the work must not be optimised away
  return spent * 1e6 / kJudgements;
}

void bench_detection(const AnalysisSettings& settings, const ArmRates& good, const ArmRates& bad) {
  AnalysisSettings uncapped = settings;
  uncapped.cap_rollback = false;
  const auto plain = [&](Duration length) {
    return [&, length](std::uint64_t seed) { return PlainSource(seed, kRps, bad, good, length); };
  };
  fmt::print("0.2 % -> 5 % errors at {} % of {} rps, {} seeds, {} tests\n", kPercent, kRps, kSeeds,
             claims(settings).size());
  const Detection capped = detect(settings, kPercent, plain(seconds(10)));
  row("canary requests to Rollback, capped, 10 s intervals (median)", capped.requests, "", 350,
      true);
  row("  of which rolled back", capped.rolled_back, "", kSeeds, false);
  const Detection fine = detect(uncapped, kPercent, plain(seconds(5)));
  row("canary requests to Rollback, uncapped, 5 s intervals (median)", fine.requests, "", 150,
      true);
  note("  the same read each second", detect(uncapped, kPercent, plain(seconds(1))).requests, "");
  note("  the same read every 10 s (adds up to one interval)",
       detect(uncapped, kPercent, plain(seconds(10))).requests, "");
  for (const int period : {15, 30}) {
    const Detection scraped = detect(settings, kPercent, [&](std::uint64_t seed) {
      return ScrapedSource(seed, kRps, bad, good, seconds(period), settings);
    });
    const double bound = kInTime * 350 / (kRps * kPercent / 100);
    row(fmt::format("seconds to Rollback, capped, two pods an arm scraped each {} s", period),
        scraped.seconds, "s", bound, true);
    row("  of which rolled back", scraped.rolled_back, "", kSeeds, false);
  }
}

// Latency at the same error rate: what must be seen, and what is nobody's regression.
void bench_latency(const ArmRates& good) {
  fmt::print("latency at {} % of {} rps, stable's median 60 ms, {} seeds\n", kPercent, kRps,
             kSeeds);
  const ArmRates slow = lognormal_rates(0.002, 0.18, 0.6);
  ArmRates bimodal = good;
  ArmRates tail = good;
  for (auto& [bound, share] : bimodal.slower) share = 0.75 * share + 0.25 * slow.slower.at(bound);
  for (auto& [bound, share] : tail.slower) share = 0.98 * share + (bound < 1.2 ? 0.02 : 0);
  const ArmRates tight = lognormal_rates(0.002, 0.049, 0.003);
  const ArmRates shifted = lognormal_rates(0.002, 0.051, 0.003);
  const auto detected = [](const ArmRates& canary, const ArmRates& stable) {
    return detect(bench_settings(kRps, stable), kPercent,
                  [&](std::uint64_t seed) { return PlainSource(seed, kRps, canary, stable); });
  };
  const Detection quarter = detected(bimodal, good);
  row("a quarter three times as slow: rolled back", quarter.rolled_back, "", kSeeds, false);
  note("  canary requests (median)", quarter.requests, "");
  const Detection percent = detected(tail, good);
  row("2 % of requests a second longer: rolled back", percent.rolled_back, "", kSeeds, false);
  note("  canary requests (median)", percent.requests, "");
  row("49 ms become 51 ms at a bound of 50 ms: rolled back", detected(shifted, tight).rolled_back,
      "", 0, true);
}

void bench_good(const AnalysisSettings& settings, const ArmRates& good) {
  fmt::print("good rollouts at 0.2 % errors, {} rps, plan 1-5-20-50, deadline 6 h\n", kRps);
  const Good plain = run_good(settings, kGoodRollouts, [&](std::uint64_t seed) {
    return PlainSource(seed, kRps, good, good, seconds(10));
  });
  row(fmt::format("rolled back of {}", kGoodRollouts), plain.rolled_back, "", 1, true);
  row(fmt::format("promoted before the deadline of {}", kGoodRollouts), plain.promoted, "", 990,
      false);
  note("  of which reduced in between", plain.reduced, "");
  note("  minutes until the bake (median)", plain.seconds / 60, "");
  for (const int period : {15, 30}) {
    const Good scraped = run_good(settings, kScrapedRollouts, [&](std::uint64_t seed) {
      return ScrapedSource(seed, kRps, good, good, seconds(period), settings);
    });
    fmt::print("the same with two pods an arm scraped each {} s, random offsets\n", period);
    row(fmt::format("rolled back of {}", kScrapedRollouts), scraped.rolled_back, "", 1, true);
    row(fmt::format("promoted before the deadline of {}", kScrapedRollouts), scraped.promoted, "",
        0.99 * kScrapedRollouts, false);
    note("  of which reduced in between", scraped.reduced, "");
    row("minutes until the bake (median)", scraped.seconds / 60, "min",
        kInTime * plain.seconds / 60, true);
  }
}

// From minute 5 on the canary's errors rise by 0.05 % a minute: within the margins for long.
class LeakingSource final : public TrafficSource {
 public:
  LeakingSource(std::uint64_t seed, const ArmRates& rates) : traffic_(seed), rates_(rates) {}
  std::optional<Interval> next(TimePoint& now, int percent) override {
    const double minute = to_seconds(now - kSimulationStart) / 60;
    ArmRates canary = rates_;
    canary.errors = std::min(1.0, canary.errors + 0.0005 * std::max(0.0, minute - 5));
    const Interval out = traffic_.interval(now, seconds(10), kRps, percent, canary, rates_);
    now = out.end;
    return out;
  }

 private:
  ArmTraffic traffic_;
  const ArmRates& rates_;
};

void bench_leak(const AnalysisSettings& settings, const ArmRates& good) {
  const Good leaking = run_good(settings, kScrapedRollouts,
                                [&](std::uint64_t seed) { return LeakingSource(seed, good); });
  row("errors leak from minute 5, steps and bake: promoted", leaking.promoted, "",
      0.01 * kScrapedRollouts, true);
  row("  of which rolled back", leaking.rolled_back, "", 0.99 * kScrapedRollouts, false);
  note("  minutes until the bake or the rollback (median)", leaking.seconds / 60, "");
}

// Services of any traffic come to an end: on evidence, or at the deadline where nothing leans
// against the candidate (whenInconclusive: PromoteIfClean).
void bench_traffic(const ArmRates& rates) {
  fmt::print("good rollouts at 0.2 % errors by traffic, {} each\n", kScrapedRollouts);
  for (const double rps : {0.1, 1.0, 10.0, 1000.0}) {
    const AnalysisSettings settings = bench_settings(rps, rates);
    const Good good = run_good(settings, kScrapedRollouts, [&](std::uint64_t seed) {
      return PlainSource(seed, rps, rates, rates, seconds(10));
    });
    row(fmt::format("{} rps: rolled back", rps), good.rolled_back, "", 1, true);
    row(fmt::format("{} rps: promoted, or clean at the deadline", rps), good.promoted + good.clean,
        "", 0.95 * kScrapedRollouts, false);
    note("  of which on evidence", good.promoted, "");
    note("  minutes until the bake (median)", good.seconds / 60, "");
  }
}

int run() {
  const ArmRates good = lognormal_rates(0.002, 0.06, 0.6);
  ArmRates bad = good;
  bad.errors = 0.05;
  const AnalysisSettings settings = bench_settings(kRps, good);
  bench_detection(settings, good, bad);
  bench_latency(good);
  bench_good(settings, good);
  bench_leak(settings, good);
  bench_traffic(good);
  row("one interval folded in and judged", microseconds_per_judgement(), "us CPU", 20, true);
  return all_held ? 0 : 1;
}

}  // namespace
}  // namespace freshet

int main() { return freshet::run(); }
