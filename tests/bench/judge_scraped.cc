// A traffic source read through the reader.
#include "tests/bench/judge_scraped.h"

#include <fmt/format.h>

namespace freshet {
namespace {

constexpr Duration kTick = seconds(10);
constexpr std::size_t kPodsPerArm = 2;
const RevisionKey kCanaryKey{"bench", "candidate"};
const RevisionKey kStableKey{"bench", "stable"};

}  // namespace

ScrapedSource::ScrapedSource(std::uint64_t seed, double rps, ArmRates canary, ArmRates stable,
                             Duration period, const AnalysisSettings& settings, PodLife life)
    : traffic_(seed),
      rps_(rps),
      canary_(std::move(canary)),
      stable_(std::move(stable)),
      period_(period),
      life_(life) {
  const TimePoint begin = kSimulationStart - minutes(2);
  for (const RevisionKey& key : {kStableKey, kCanaryKey}) {
    for (std::size_t i = 0; i < kPodsPerArm; ++i) start_pod(key, begin);
  }
  input_.canary.key = kCanaryKey;
  input_.stable.key = kStableKey;
  input_.bounds = settings.latency_bounds;
  TimePoint now = begin;
  while (now < kSimulationStart) {  // stable alone, before the first step
    pass(now);
    look(now, 0);
  }
}

void ScrapedSource::start_pod(const RevisionKey& key, TimePoint now) {
  const std::string name = fmt::format("{}-{}", key.revision, pods_.size());
  const Duration offset = seconds(static_cast<int>(traffic_.uniform(0, to_seconds(period_))));
  pods_.emplace_back(name, key, period_, offset);
  served_until_.push_back(now);
  gone_.push_back(false);
  input_.pods[name] = now;
}

void ScrapedSource::flush(std::size_t pod, TimePoint now) {
  const bool canary = pods_[pod].key() == kCanaryKey;
  const double share = (canary ? percent_ : 100 - percent_) / 100.0;
  const double rate = rps_ * share / static_cast<double>(kPodsPerArm);
  const double mean = rate * to_seconds(now - served_until_[pod]);
  pods_[pod].serve(traffic_.counts(traffic_.poisson(mean), canary ? canary_ : stable_));
  served_until_[pod] = now;
}

void ScrapedSource::live(std::size_t pod, TimePoint now) {
  const auto due = [&](Duration every) {
    const Duration apart = seconds(37) * static_cast<int>(pod);  // no two at once
    return every > Duration{} && now > kSimulationStart &&
           (now - kSimulationStart + apart) % every == Duration{};
  };
  if (due(life_.restarts_every)) {
    flush(pod, now);
    pods_[pod].restart();
  }
  if (due(life_.replaced_every)) {
    flush(pod, now);
    gone_[pod] = true;
    start_pod(RevisionKey(pods_[pod].key()), now);
  }
}

void ScrapedSource::pass(TimePoint& now) {
  for (const TimePoint until = now + kTick; now < until;) {
    now += seconds(1);
    for (std::size_t i = 0; i < pods_.size(); ++i) {
      if (gone_[i]) continue;
      live(i, now);
      if (gone_[i] || !pods_[i].due(now)) continue;
      flush(i, now);
      pods_[i].scrape(now);
    }
  }
}

std::optional<Interval> ScrapedSource::look(TimePoint now, int percent) {
  input_.percent = percent;
  ReadResult result = read(state_, reply_of(pods_, now, read_window(state_, now)), input_);
  state_ = std::move(result.state);
  return result.interval;
}

std::optional<Interval> ScrapedSource::next(TimePoint& now, int percent) {
  if (percent != percent_) {
    for (std::size_t i = 0; i < pods_.size(); ++i) {
      if (!gone_[i]) flush(i, now);
    }
    percent_ = percent;
  }
  pass(now);
  return look(now, percent);
}

}  // namespace freshet
