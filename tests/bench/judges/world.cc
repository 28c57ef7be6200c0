// Traffic of one scenario.
#include "tests/bench/judges/world.h"

#include <algorithm>
#include <cmath>

#include "tests/bench/judge_scraped.h"
#include "tests/bench/judges/minute_window.h"

namespace freshet {
namespace {

constexpr Duration kLength = seconds(10);
constexpr int kPerMinute = 6;
constexpr Duration kScrapePeriod = seconds(15);
constexpr Duration kPodLife = minutes(5);

constexpr double kRetried = 0.5;  // of failed attempts; makes the dispersion (1 + .5) ÷ (1 − .5)

constexpr std::size_t kUsers = 200;
constexpr double kStayMinutes = 10;
constexpr double kSpread = 1.5;       // σ of the logarithm of a user's rate
constexpr double kErrorProne = 0.05;  // share of users that meet all errors
constexpr double kFarAway = 0.1;      // share of users that are slow

std::unique_ptr<TrafficSource> pods_of(const Scenario& scenario, std::uint64_t seed) {
  if (scenario.pods == Pods::kReadExactly) return nullptr;
  const ArmRates rates = scenario_rates(scenario.errors);
  PodLife life;
  (scenario.pods == Pods::kComeAndGo ? life.replaced_every : life.restarts_every) = kPodLife;
  return std::make_unique<ScrapedSource>(seed, scenario.rps, rates, rates, kScrapePeriod,
                                         bench_settings(scenario.rps, rates), life);
}

}  // namespace

World::World(const Scenario& scenario, std::uint64_t seed)
    : scenario_(scenario),
      traffic_(seed),
      random_(seed ^ 0x5deece66dULL),
      pods_(pods_of(scenario, seed)) {
  burst_.fill(1);
  if (!scenario.sticky) return;
  for (std::size_t i = 0; i < kUsers; ++i) users_.push_back(arriving(0));
}

double World::share(Part part, const Moment& moment) const {
  const double canary = moment.percent / 100.0;
  return part == kCanary ? canary : (1 - canary) / 2;
}

// A rate drawn from a gamma distribution makes the minute's count vary by φ times its mean.
void World::begin_minute(const Moment& moment) {
  if (scenario_.dispersion <= 1) return;
  for (int part = kCanary; part < kParts; ++part) {
    const double errors = part == kCanary ? moment.canary.errors : moment.stable.errors;
    const double mean = moment.rps * share(static_cast<Part>(part), moment) * 60 * errors;
    if (mean <= 0) continue;
    const double shape = mean / (scenario_.dispersion - 1);
    burst_[static_cast<std::size_t>(part)] =
        std::gamma_distribution<double>(shape, 1 / shape)(random_);
  }
}

void World::retry(ArmCounts& counts) {
  for (std::int64_t failing = counts.errors; failing > 0;) {
    failing = traffic_.binomial(failing, kRetried);
    counts.requests += failing;
    counts.errors += failing;
  }
}

ArmCounts World::served(Part part, double mean, ArmRates rates) {
  // Retries add failures: the rate is that of all attempts together.
  if (scenario_.retries) rates.errors *= 1 - kRetried;
  rates.errors = std::min(1.0, rates.errors * burst_[part]);
  ArmCounts counts = traffic_.counts(traffic_.poisson(mean), rates);
  if (scenario_.retries) retry(counts);
  return counts;
}

Interval World::by_requests(const Moment& m) {
  Interval out;
  const double requests = m.rps * to_seconds(kLength);
  out.canary = served(kCanary, requests * share(kCanary, m) * m.answered, m.canary);
  out.stable = served(kStableHalf, requests * share(kStableHalf, m), m.stable);
  out.stable_half = {out.stable.requests, out.stable.errors};
  add_to(out.stable, served(kStableOther, requests * share(kStableOther, m), m.stable));
  return out;
}

World::User World::arriving(double minute) {
  User user;
  const bool canary = traffic_.uniform(0, 100) < scenario_.percent;
  user.part = canary ? kCanary : traffic_.uniform(0, 2) < 1 ? kStableHalf : kStableOther;
  const double mean = scenario_.rps / static_cast<double>(kUsers);
  user.rps = mean * std::lognormal_distribution<double>(-kSpread * kSpread / 2, kSpread)(random_);
  user.meets_errors = traffic_.uniform(0, 1) < kErrorProne;
  user.far_away = traffic_.uniform(0, 1) < kFarAway;
  user.leaves = minute + std::exponential_distribution<double>(1 / kStayMinutes)(random_);
  return user;
}

Interval World::by_users(const Moment& m) {
  static const ArmRates kFar = scenario_rates(0, 3);
  const double minute = static_cast<double>(index_) / kPerMinute;
  Interval out;
  for (User& user : users_) {
    if (user.leaves <= minute) user = arriving(minute);
    const bool canary = user.part == kCanary;
    ArmRates rates = canary ? m.canary : m.stable;
    rates.errors = user.meets_errors ? rates.errors / kErrorProne : 0;
    if (user.far_away) rates.slower = kFar.slower;
    const ArmCounts counts = served(user.part, user.rps * to_seconds(kLength), rates);
    add_to(canary ? out.canary : out.stable, counts);
    if (user.part != kStableHalf) continue;
    out.stable_half.requests += counts.requests;
    out.stable_half.errors += counts.errors;
  }
  return out;
}

Slice World::next() {
  const double minute = static_cast<double>(index_) / kPerMinute;
  const Moment m = moment_at(scenario_, minute);
  if (index_ % kPerMinute == 0) begin_minute(m);
  TimePoint now = kSimulationStart + kLength * index_;
  Slice out;
  out.minute = static_cast<double>(index_ + 1) / kPerMinute;
  if (pods_) {
    out.interval = pods_->next(now, m.percent);
  } else {
    out.interval = scenario_.sticky ? by_users(m) : by_requests(m);
    out.interval->start = now;
    out.interval->end = now + kLength;
    out.interval->percent = m.percent;
    out.interval->missing = m.missing;
    if (minute < kWarmUpMinutes) out.interval->canary.young = out.interval->canary.requests;
  }
  ++index_;
  if (minute < scenario_.onset) return out;
  const double answered = out.interval ? static_cast<double>(out.interval->canary.requests) : 0;
  const double lost = m.rps * share(kCanary, m) * to_seconds(kLength) * (1 - m.answered);
  out.sent = answered + lost;
  out.bad = lost + (out.interval ? static_cast<double>(out.interval->canary.errors) : 0) +
            scenario_.slowed * answered;
  return out;
}

}  // namespace freshet
