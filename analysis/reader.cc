// Reader: interval closing and counter rules.
#include "analysis/reader.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/text.h"

namespace freshet {
namespace {

constexpr Duration kMaxPeriod = minutes(3);
constexpr Duration kSlack = seconds(5);  // scrapes are not on the dot

std::string pod_id(const std::string& pod) {
  return fmt::format("{:08x}", static_cast<std::uint32_t>(stable_hash(pod)));
}

const std::vector<PodSeries>& pods_of(const MetricsReply& reply, const RevisionKey& key) {
  static const std::vector<PodSeries> kNone;
  const auto found = reply.revisions.find(key);
  return found == reply.revisions.end() ? kNone : found->second;
}

// The longest of the pods' median distances between scrapes. A pod that shows one scrape only does
// not shorten what is known.
Duration measured_period(const std::vector<const PodSeries*>& pods, Duration known) {
  Duration longest{};
  for (const PodSeries* pod : pods) {
    if (pod->scrapes.size() < 2) longest = std::max(longest, known);
    std::vector<Duration> gaps;
    for (std::size_t i = 1; i < pod->scrapes.size(); ++i) {
      gaps.push_back(pod->scrapes[i].at - pod->scrapes[i - 1].at);
    }
    if (gaps.empty()) continue;
    const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>((gaps.size() - 1) / 2);
    std::nth_element(gaps.begin(), middle, gaps.end());
    longest = std::max(longest, *middle);
  }
  return longest > Duration{} ? std::min(longest, kMaxPeriod) : known;
}

// What a pod's counting goes on from.
struct Baseline {
  std::optional<TimePoint> used;  // its last sample that was counted, if it is in the reply
  bool from_zero = false;         // nothing counted yet, and all it shows is new
};

struct PodFacts {
  const PodSeries* series = nullptr;
  const ArmSource* arm = nullptr;
  bool canary = false;
};

bool has_sample_at_or_before(const PodSeries& pod, TimePoint t) {
  return !pod.scrapes.empty() && pod.scrapes.front().at <= t;
}

Baseline baseline_of(const PodFacts& facts, const ReaderState& state, const ReadInput& input) {
  const PodSeries& pod = *facts.series;
  const auto memory = state.pods.find(pod_id(pod.pod));
  const TimePoint used = memory != state.pods.end() ? memory->second.used : *state.end;
  if (has_sample_at_or_before(pod, used)) return {used, false};
  const auto created = input.pods.find(pod.pod);
  const bool young_pod = created != input.pods.end() && created->second >= *state.end;
  const bool young_revision = facts.arm->created && *facts.arm->created >= *state.end;
  const bool first_canary = facts.canary && !state.canary_seen;
  const bool unknown = memory == state.pods.end();
  return {std::nullopt, unknown && (young_pod || young_revision || first_canary)};
}

struct Totals {
  ArmCounts counts;
  std::map<double, std::int64_t> within;
  std::set<double> unusable;  // bounds that some pod's histogram does not have
};

// Adds the increase from scrape to scrape after the baseline; `current_` walks along.
class PodCounting {
 public:
  PodCounting(const PodSeries& pod, const ReadInput& input, Totals& totals)
      : pod_(pod), input_(input), totals_(totals) {}

  void count(const Baseline& baseline, const std::optional<TimePoint>& born) {
    bool known = baseline.from_zero;
    for (const Scrape& scrape : pod_.scrapes) {
      if (was_reset(scrape)) current_.clear();
      const bool counted = known && (!baseline.used || scrape.at > *baseline.used);
      if (counted) add(scrape, born && scrape.at - *born < input_.warm_up);
      for (const auto& [index, value] : scrape.values) current_[index] = value;
      known = true;  // the first scrape shown is a baseline at least
    }
  }

 private:
  // A container that starts again starts all its counters again.
  bool was_reset(const Scrape& scrape) const {
    return std::any_of(scrape.values.begin(), scrape.values.end(), [this](const auto& entry) {
      const auto before = current_.find(entry.first);
      return before != current_.end() && entry.second < before->second;
    });
  }

  void add(const Scrape& scrape, bool young) {
    for (const auto& [index, value] : scrape.values) {
      const auto before = current_.find(index);
      const std::int64_t more = value - (before == current_.end() ? 0 : before->second);
      const PodCounter& counter = pod_.counters[index];
      if (std::isfinite(counter.le)) {
        totals_.within[counter.le] += more;
        continue;
      }
      totals_.counts.requests += more;
      if (young) totals_.counts.young += more;
      if (matches_code(counter.code, input_.error_codes)) totals_.counts.errors += more;
    }
  }

  const PodSeries& pod_;
  const ReadInput& input_;
  Totals& totals_;
  std::map<std::size_t, std::int64_t> current_;
};

void note_unusable_bounds(const PodSeries& pod, const std::vector<double>& bounds, Totals& totals) {
  std::map<double, std::size_t> series;
  for (const PodCounter& counter : pod.counters) ++series[counter.le];
  const std::size_t all = series[std::numeric_limits<double>::infinity()];
  for (double bound : bounds) {
    if (series[bound] != all) totals.unusable.insert(bound);
  }
}

ArmCounts finish(Totals totals, const std::vector<double>& bounds) {
  for (double bound : bounds) {
    if (totals.unusable.contains(bound)) continue;
    totals.counts.slower[bound] = std::clamp<std::int64_t>(
        totals.counts.requests - totals.within[bound], 0, totals.counts.requests);
  }
  return std::move(totals.counts);
}

// When a pod was born: known, else when it was first seen, while that matters.
std::optional<TimePoint> born_at(const PodFacts& facts, const ReaderState& state,
                                 const ReadInput& input, const Baseline& baseline) {
  if (const auto created = input.pods.find(facts.series->pod); created != input.pods.end()) {
    return created->second;
  }
  const auto memory = state.pods.find(pod_id(facts.series->pod));
  if (memory != state.pods.end()) return memory->second.since;
  if (baseline.used) return std::nullopt;  // has been there all the time
  return facts.series->scrapes.front().at;
}

std::vector<PodFacts> all_pods(const MetricsReply& reply, const ReadInput& input) {
  std::vector<PodFacts> out;
  for (const bool canary : {true, false}) {
    const ArmSource& arm = canary ? input.canary : input.stable;
    for (const PodSeries& pod : pods_of(reply, arm.key)) {
      if (!pod.scrapes.empty()) out.push_back({&pod, &arm, canary});
    }
  }
  return out;
}

bool may_close(const std::vector<PodFacts>& pods, const ReaderState& state, TimePoint newest) {
  if (newest - *state.end < state.period * 4 / 5 || newest <= *state.end) return false;
  const Duration vanished_after = state.period * 5 / 2 + kSlack;
  return std::all_of(pods.begin(), pods.end(), [&](const PodFacts& facts) {
    const TimePoint last = facts.series->scrapes.back().at;
    const auto memory = state.pods.find(pod_id(facts.series->pod));
    const TimePoint used = memory == state.pods.end() ? *state.end : memory->second.used;
    return last > used || newest - last > vanished_after;
  });
}

// Live pods are remembered, those that have just come first.
void remember(ReaderState& state, const std::vector<PodFacts>& pods,
              const std::map<std::string, TimePoint>& since, Duration warm_up, TimePoint newest) {
  state.pods.clear();
  const Duration vanished_after = state.period * 5 / 2 + kSlack;
  const auto keep = [&](bool young) {
    for (const PodFacts& facts : pods) {
      if (state.pods.size() >= kMaxRememberedPods) return;
      const TimePoint last = facts.series->scrapes.back().at;
      const std::string id = pod_id(facts.series->pod);
      const auto found = since.find(id);
      const bool is_young = found != since.end() && newest - found->second < warm_up;
      if (is_young != young || newest - last > vanished_after) continue;
      state.pods[id] = {last, is_young ? std::optional(found->second) : std::nullopt};
    }
  };
  keep(true);
  keep(false);
}

}  // namespace

Duration read_window(const ReaderState& state, TimePoint now) {
  TimePoint oldest = state.end.value_or(now);
  for (const auto& [pod, memory] : state.pods) oldest = std::min(oldest, memory.used);
  const Duration least = state.period > Duration{} ? kMinReadWindow : kFirstReadWindow;
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
    newest = std::max(newest, facts.series->scrapes.back().at);
    canary_seen = canary_seen || facts.canary;
  }
  state.period = measured_period(series, state.period);
  state.newest = std::max(newest, state.newest.value_or(newest));
  if (!state.end) {  // the first look is where counting begins
    state.end = newest;
    state.canary_seen = canary_seen;
    remember(state, pods, {}, input.warm_up, newest);
    return {std::move(state), std::nullopt};
  }
  if (!may_close(pods, state, newest)) return {std::move(state), std::nullopt};

  Totals canary;
  Totals stable;
  std::map<std::string, TimePoint> since;
  for (const PodFacts& facts : pods) {
    Totals& totals = facts.canary ? canary : stable;
    const Baseline baseline = baseline_of(facts, state, input);
    const auto born = born_at(facts, state, input, baseline);
    if (born) since[pod_id(facts.series->pod)] = *born;
    PodCounting(*facts.series, input, totals).count(baseline, born);
    note_unusable_bounds(*facts.series, input.bounds, totals);
  }
  Interval interval;
  interval.start = *state.end;
  interval.end = newest;
  interval.percent = input.percent;
  interval.canary = finish(std::move(canary), input.bounds);
  interval.stable = finish(std::move(stable), input.bounds);
  remember(state, pods, since, input.warm_up, newest);
  state.end = newest;
  state.canary_seen = canary_seen;
  return {std::move(state), std::move(interval)};
}

bool is_stale(const ReaderState& state, TimePoint now) {
  if (!state.newest) return true;
  return now - *state.newest > std::max<Duration>(kStaleAfter, 4 * state.period);
}

}  // namespace freshet
