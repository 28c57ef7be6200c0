// Reader: interval closing and counter rules.
#include "analysis/reader.h"

#include <fmt/format.h>
#include <algorithm>

#include "analysis/activator.h"
#include "analysis/arm_counting.h"
#include "analysis/pod_counting.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr Duration kMaxPeriod = minutes(3);
constexpr int kMostLonger = 4;
constexpr Duration kSlack = seconds(5);            // scrapes are not on the dot
constexpr Duration kActivatorGone = seconds(150);  // two scrapes of one read each minute

std::string pod_id(const std::string& pod) {
  return fmt::format("{:08x}", static_cast<std::uint32_t>(stable_hash(pod)));
}

// The longest of the pods' median distances between scrapes. One that shows one scrape only does
// not shorten what is known; how late it comes tells, up to kMostLonger: later, it was not scraped.
Duration measured_period(const std::vector<const PodSeries*>& pods, const ReaderState& state) {
  const Duration known = state.period;
  Duration longest{};
  for (const PodSeries* pod : pods) {
    if (pod->scrapes.size() < 2) {
      longest = std::max(longest, known);
      const auto counted = state.counted.find(pod->pod);
      if (counted == state.counted.end()) continue;
      const Duration late = pod->scrapes.front().at - counted->second.at;
      longest = std::max(longest, known > Duration{} ? std::min(late, kMostLonger * known) : late);
      continue;
    }
    std::vector<Duration> gaps;
    for (std::size_t i = 1; i < pod->scrapes.size(); ++i) {
      gaps.push_back(pod->scrapes[i].at - pod->scrapes[i - 1].at);
    }
    const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>((gaps.size() - 1) / 2);
    std::nth_element(gaps.begin(), middle, gaps.end());
    longest = std::max(longest, *middle);
  }
  return longest > Duration{} ? std::min(longest, kMaxPeriod) : known;
}

struct PodFacts {
  const PodSeries* series = nullptr;
  const ArmSource* arm = nullptr;
  bool canary = false;
};

// Up to when this pod has been counted.
TimePoint counted_to(const ReaderState& state, const std::string& pod) {
  if (const auto known = state.counted.find(pod); known != state.counted.end()) {
    return known->second.at;
  }
  const auto memory = state.pods.find(pod_id(pod));
  return memory == state.pods.end() ? *state.end : memory->second.used;
}

Baseline baseline_of(const PodFacts& facts, const ReaderState& state, const ReadInput& input) {
  const PodSeries& pod = *facts.series;
  Baseline out;
  if (const auto known = state.counted.find(pod.pod); known != state.counted.end()) {
    out.counted = &known->second;
    return out;
  }
  const bool unknown = !state.pods.contains(pod_id(pod.pod));
  const TimePoint used = counted_to(state, pod.pod);
  if (has_sample_at_or_before(pod, used)) {
    out.used = used;
    out.any_scrape = unknown && state.pods.size() < kMaxRememberedPods;
    return out;
  }
  const auto created = input.pods.find(pod.pod);
  const bool young_pod = created != input.pods.end() && created->second >= *state.end;
  const bool young_revision = facts.arm->created && *facts.arm->created >= *state.end;
  const bool first_canary = facts.canary && !state.canary_seen;
  out.from_zero = unknown && (young_pod || young_revision || first_canary);
  return out;
}

// Since when what is counted now came about; where it is only a baseline, not at all.
TimePoint counted_from(const PodSeries& pod, const Baseline& baseline, TimePoint interval_start) {
  if (baseline.counted) return baseline.counted->at;
  if (baseline.used) return *baseline.used;
  return baseline.from_zero ? interval_start : pod.scrapes.front().at;
}

// When a pod was born: known, else when it was first seen, while that matters.
std::optional<TimePoint> born_at(const PodFacts& facts, const ReaderState& state,
                                 const ReadInput& input, const Baseline& baseline) {
  if (const auto created = input.pods.find(facts.series->pod); created != input.pods.end()) {
    return created->second;
  }
  const auto memory = state.pods.find(pod_id(facts.series->pod));
  if (memory != state.pods.end()) return memory->second.since;
  if (baseline.counted || baseline.used) return std::nullopt;  // has been there all the time
  return facts.series->scrapes.front().at;
}

std::vector<PodFacts> all_pods(const MetricsReply& reply, const ReadInput& input) {
  std::vector<PodFacts> out;
  for (const bool canary : {true, false}) {
    const ArmSource& arm = canary ? input.canary : input.stable;
    const auto found = reply.revisions.find(arm.key);
    if (found == reply.revisions.end()) continue;
    for (const PodSeries& pod : found->second) {
      if (!pod.scrapes.empty()) out.push_back({&pod, &arm, canary});
    }
  }
  return out;
}

// By then a new pod has shown something: Prometheus takes it up within kSlack, and scrapes it
// within a period.
Duration awaited(const ReaderState& state) { return 2 * state.period + kSlack; }

bool has_vanished(const ReaderState& state, TimePoint last, TimePoint newest) {
  return newest - last > state.period * 5 / 2 + kSlack;
}

// Since when pods can have been seen: after a gap in which nobody was scraped, since its end.
TimePoint seen_since(const std::vector<PodFacts>& pods, const ReaderState& state,
                     TimePoint newest) {
  TimePoint first = newest;
  for (const PodFacts& facts : pods) {
    const auto& scrapes = facts.series->scrapes;
    const auto next = std::ranges::upper_bound(scrapes, *state.end, {}, &Scrape::at);
    if (next != scrapes.end()) first = std::min(first, next->at);
  }
  return has_vanished(state, *state.end, first) ? first : TimePoint::min();
}

bool may_close(const std::vector<PodFacts>& pods, const ReaderState& state, TimePoint newest) {
  if (newest - *state.end < state.period * 4 / 5 || newest <= *state.end) return false;
  const TimePoint since = seen_since(pods, state, newest);
  return std::all_of(pods.begin(), pods.end(), [&](const PodFacts& facts) {
    const TimePoint last = facts.series->scrapes.back().at;
    return last > counted_to(state, facts.series->pod) ||
           has_vanished(state, std::max(last, since), newest);
  });
}

// Live pods are remembered, those that have just come first.
void remember(ReaderState& state, const std::vector<PodFacts>& pods,
              const std::map<std::string, TimePoint>& since, Duration warm_up, TimePoint newest) {
  state.pods.clear();
  const auto keep = [&](bool young) {
    for (const PodFacts& facts : pods) {
      if (state.pods.size() >= kMaxRememberedPods) return;
      const TimePoint last = facts.series->scrapes.back().at;
      const std::string id = pod_id(facts.series->pod);
      const auto found = since.find(id);
      const bool is_young = found != since.end() && newest - found->second < warm_up;
      if (is_young != young || has_vanished(state, last, newest)) continue;
      state.pods[id] = {last, is_young ? std::optional(found->second) : std::nullopt};
    }
  };
  keep(true);
  keep(false);
}

void keep_counted(ReaderState& state, const PodFacts& facts, const PodCounting& counting) {
  if (auto counted = counting.counted()) state.counted[facts.series->pod] = *std::move(counted);
}

// A pod that runs, but has not shown anything yet: it may have counted what is not known.
bool some_pod_is_unseen(const ReadInput& input, const std::vector<PodFacts>& pods) {
  return input.pods.empty() || std::ranges::any_of(input.pods, [&](const auto& known) {
           return std::ranges::none_of(
               pods, [&](const PodFacts& facts) { return facts.series->pod == known.first; });
         });
}

// What the activators alone tell, as far as every live pod has been seen since; where one has shown
// nothing yet, as far as it would have been.
void add_unreached(Interval& interval, ReaderState& state, const MetricsReply& reply,
                   const ReadInput& input, const std::vector<PodFacts>& pods, TimePoint newest) {
  TimePoint until = newest;
  for (const PodFacts& facts : pods) {
    const TimePoint last = facts.series->scrapes.back().at;
    if (!has_vanished(state, last, newest)) until = std::min(until, last);
  }
  if (some_pod_is_unseen(input, pods)) {
    until = std::min(until, newest - awaited(state));
  }
  const auto add = [&](ArmCounts& counts, const ArmSource& arm, bool canary) {
    const Unreached unreached =
        unreached_failures(state, reply, {arm.key, canary}, until, input.error_codes);
    counts.requests += unreached.failures;
    counts.errors += unreached.failures;
    return unreached.observed;
  };
  const auto of_canary = add(interval.canary, input.canary, true);
  const auto of_stable = add(interval.stable, input.stable, false);
  const ArmCounts canary = interval.canary;
  settle_observed(interval.canary, of_canary, interval.percent, interval.stable, interval);
  settle_observed(interval.stable, of_stable, 100 - interval.percent, canary, interval);
  remember_activators(state, reply, input.canary.key, until);
}

}  // namespace

Duration read_window(const ReaderState& state, TimePoint now) {
  TimePoint oldest = state.end.value_or(now);
  for (const auto& [pod, memory] : state.pods) oldest = std::min(oldest, memory.used);
  for (const auto& [activator, used] : state.activators) {
    if (now - used < kActivatorGone) oldest = std::min(oldest, used);
  }
  const bool known = state.period > Duration{};
  const Duration least = known ? awaited(state) + state.period + kSlack : kFirstReadWindow;
  return std::clamp<Duration>(now - oldest + state.period + kSlack, least, kMaxReadWindow);
}

ReadResult read(ReaderState state, const MetricsReply& reply, const ReadInput& input) {
  const std::vector<PodFacts> pods = all_pods(reply, input);
  if (pods.empty()) return {std::move(state), std::nullopt};
  std::vector<const PodSeries*> series;
  TimePoint newest = pods.front().series->scrapes.back().at;
  bool canary_seen = state.canary_seen;
  for (const PodFacts& facts : pods) {
    series.push_back(facts.series);
    const TimePoint last = facts.series->scrapes.back().at;
    newest = std::max(newest, last);
    canary_seen = canary_seen || facts.canary;
    if (!facts.canary) state.stable_newest = std::max(last, state.stable_newest.value_or(last));
  }
  state.period = measured_period(series, state);
  state.newest = std::max(newest, state.newest.value_or(newest));
  if (!state.end) {  // the first look is where counting begins
    state.end = newest;
    state.canary_seen = canary_seen;
    for (const PodFacts& facts : pods) {
      Totals before;  // of no interest
      PodCounting counting(*facts.series, input.error_codes, before);
      counting.count({});
      keep_counted(state, facts, counting);
    }
    remember(state, pods, {}, input.warm_up, newest);
    remember_activators(state, reply, input.canary.key, newest);
    return {std::move(state), std::nullopt};
  }
  if (!may_close(pods, state, newest)) return {std::move(state), std::nullopt};

  ArmCounting canary;
  ArmCounting stable;
  std::map<std::string, TimePoint> since;
  for (const PodFacts& facts : pods) {
    ArmCounting& arm = facts.canary ? canary : stable;
    const Baseline baseline = baseline_of(facts, state, input);
    const auto born = born_at(facts, state, input, baseline);
    if (born) since[pod_id(facts.series->pod)] = *born;
    PodCounting counting(*facts.series, input.error_codes, arm.totals());
    counting.young_until(born, input.warm_up);
    counting.count(baseline);
    arm.end_pod(*facts.series, counted_from(*facts.series, baseline, *state.end));
    keep_counted(state, facts, counting);
    note_unusable_bounds(*facts.series, input.bounds, arm.totals());
  }
  Interval interval;
  interval.start = *state.end;
  interval.end = newest;
  interval.percent = input.percent;
  interval.stable_half = stable.half();
  interval.canary = std::move(canary).finish(input.bounds);
  interval.stable = std::move(stable).finish(input.bounds);
  add_unreached(interval, state, reply, input, pods, newest);
  remember(state, pods, since, input.warm_up, newest);
  std::erase_if(state.counted,
                [newest](const auto& pod) { return newest - pod.second.at > kMaxReadWindow; });
  state.end = newest;
  state.canary_seen = canary_seen;
  return {std::move(state), std::move(interval)};
}

bool is_stale(const ReaderState& state, TimePoint now) {
  if (!state.newest) return true;
  return now - *state.newest > std::max<Duration>(kStaleAfter, 4 * state.period);
}

Duration stopped_after(const ReaderState& state) {
  return std::max<Duration>(kStoppedAfter, 4 * state.period);
}

bool stable_stopped(const ReaderState& state, TimePoint now) {
  return !state.stable_newest || now - *state.stable_newest > stopped_after(state);
}

ReaderState reading_anew() {
  ReaderState state;
  state.canary_seen = true;
  state.activators_saw_canary = true;
  return state;
}

}  // namespace freshet
