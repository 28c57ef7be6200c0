// The table of scenarios, and the few ways in which arms change.
#include "tests/bench/judges/scenarios.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "tests/bench/judge_world.h"

namespace freshet {
namespace {

using Change = std::function<void(double, Moment&)>;

constexpr double kMedianSeconds = 0.06;
constexpr double kSigma = 0.6;

void mix(ArmRates& rates, const ArmRates& other, double share) {
  for (auto& [bound, slower] : rates.slower) {
    slower = (1 - share) * slower + share * other.slower.at(bound);
  }
}

Change canary_errors(double rate) {
  return [rate](double, Moment& m) { m.canary.errors = rate; };
}

void outage(double minute, double from, double to, Moment& m) {
  if (minute >= from && minute < to) m.canary.errors = m.stable.errors = 0.3;
}

// A second and more for so many of the canary's requests, whatever they took before.
void add_tail(Moment& m, double share, double seconds) {
  for (auto& [bound, slower] : m.canary.slower) {
    if (bound < seconds) slower = (1 - share) * slower + share;
  }
}

bool is_gap(double minute) {  // one long gap, and every fifth interval
  const auto interval = static_cast<int>(std::lround(minute * 6));
  return (minute >= 3 && minute < 6) || interval % 5 == 4;
}

std::vector<Scenario> good_ones() {
  return {
      {.name = "good, 50 rps"},
      {.name = "good, 50 rps, the user allows 0.3 % more", .plus = 0.003, .promoted_minutes = 15},
      {.name = "good, 0.5 rps", .rps = 0.5},
      {.name = "good, 1.2 % of requests fail anyway", .errors = 0.012},
      {.name = "good, both arms down for six minutes",
       .change = [](double minute, Moment& m) { outage(minute, 2, 8, m); }},
      {.name = "good, traffic swings by 80 %",
       .change =
           [](double minute, Moment& m) {
             m.rps *= 1 + 0.8 * std::sin(2 * std::numbers::pi * minute / 30);
           }},
      {.name = "good, eight times as slow in its first minute",
       .change =
           [](double minute, Moment& m) {
             if (minute < 1) m.canary.slower = scenario_rates(0, 8).slower;
           }},
      {.name = "good, containers restart every five minutes", .pods = Pods::kContainersRestart},
      {.name = "good, pods are replaced every five minutes", .pods = Pods::kComeAndGo},
      {.name = "good, a fifth of the scrapes is lost",
       .change = [](double minute, Moment& m) { m.missing = is_gap(minute); }},
      {.name = "good, bursts in one arm, dispersion 2", .kind = Kind::kDispersed, .dispersion = 2},
      {.name = "good, bursts in one arm, dispersion 3", .kind = Kind::kDispersed, .dispersion = 3},
      {.name = "good, failed requests are retried at the same arm",
       .kind = Kind::kDispersed,
       .retries = true},
      {.name = "better, a tenth of the errors and half as long",
       .kind = Kind::kBetter,
       .change = [](double, Moment& m) { m.canary = scenario_rates(m.stable.errors / 10, 0.5); }},
  };
}

std::vector<Scenario> reported_ones() {
  return {
      {.name = "within the margins, 0.2 -> 0.35 % errors",
       .kind = Kind::kReported,
       .change = canary_errors(0.0035)},
      {.name = "within the margins, 5 % slower",
       .kind = Kind::kReported,
       .change = [](double, Moment& m) { m.canary = scenario_rates(m.stable.errors, 1.05); }},
      {.name = "good, users stay with an arm", .kind = Kind::kReported, .sticky = true},
      {.name = "bursts in one arm, dispersion 10", .kind = Kind::kReported, .dispersion = 10},
  };
}

std::vector<Scenario> bad_ones() {
  return {
      {.name = "bad, 0.2 -> 5 % errors",
       .kind = Kind::kBad,
       .change = canary_errors(0.05),
       .requests_at_most = 300},
      {.name = "bad, 0.2 -> 0.8 % errors", .kind = Kind::kBad, .change = canary_errors(0.008)},
      {.name = "bad, 0.01 -> 0.10 % errors at 1,000 rps",
       .kind = Kind::kBad,
       .rps = 1000,
       .errors = 0.0001,
       .change = canary_errors(0.001),
       .never_promoted = true},
      {.name = "bad, 2 % of requests take 1.2 s longer",
       .kind = Kind::kBad,
       .change = [](double, Moment& m) { add_tail(m, 0.02, 1.2); },
       .slowed = 0.02},
      {.name = "bad, a quarter thrice as slow",
       .kind = Kind::kBad,
       .change = [](double, Moment& m) { mix(m.canary, scenario_rates(0, 3), 0.25); },
       .slowed = 0.25},
      {
          .name = "bad, errors leak from minute 5",
          .kind = Kind::kReported,
          .onset = 5,
          .change = [](double minute,
                       Moment& m) { m.canary.errors += std::max(0.0, minute - 5) * 0.0005; },
      },
      {.name = "bad, 20 % errors at 1 rps",
       .kind = Kind::kBad,
       .rps = 1,
       .change = canary_errors(0.2)},
      {.name = "bad, 5 % errors, then both arms down",
       .kind = Kind::kBad,
       .change =
           [](double minute, Moment& m) {
             m.canary.errors = 0.05;
             outage(minute, 3, 9, m);
           }},
      {.name = "bad, hangs: no request is answered",
       .kind = Kind::kBad,
       .change = [](double, Moment& m) { m.answered = 0; },
       .must_roll_back = true},
      {.name = "bad, half of the requests are never answered",
       .kind = Kind::kBad,
       .change = [](double, Moment& m) { m.answered = 0.5; }},
  };
}

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> kAll = [] {
    std::vector<Scenario> all = good_ones();
    for (auto part : {reported_ones(), bad_ones()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return kAll;
}

ArmRates scenario_rates(double errors, double slower_by) {
  return lognormal_rates(errors, kMedianSeconds * slower_by, kSigma);
}

Moment moment_at(const Scenario& scenario, double minute) {
  static const ArmRates kRates = scenario_rates(0);
  Moment m{scenario.rps, scenario.percent, kRates, kRates};
  m.canary.errors = m.stable.errors = scenario.errors;
  if (scenario.change) scenario.change(minute, m);
  return m;
}

}  // namespace freshet
