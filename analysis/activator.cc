// Activators' failures beyond those of the pods.
#include "analysis/activator.h"

#include <fmt/format.h>
#include <algorithm>

#include "analysis/metric_counts.h"
#include "analysis/pod_counting.h"
#include "analysis/reader.h"
#include "base/text.h"

namespace freshet {
namespace {

constexpr double kMany = 0.25;  // of the requests that an arm should have had; counts come late

std::string activator_id(const std::string& name) {
  return fmt::format("{:08x}", static_cast<std::uint32_t>(stable_hash(name)));
}

const std::vector<PodSeries>& of(const SeriesByRevision& all, const RevisionKey& key) {
  static const std::vector<PodSeries> kNone;
  const auto found = all.find(key);
  return found == all.end() ? kNone : found->second;
}

// Up to where this activator has been counted.
TimePoint counted_to(const ReaderState& state, const std::string& name) {
  const auto memory = state.activators.find(activator_id(name));
  return memory == state.activators.end() ? *state.end : memory->second;
}

// Does the reply show that it was scraped before, in any Revision's series? Memory alone does not
// tell: a restarted Prometheus has lost what was counted then.
bool is_known(const ReaderState& state, const MetricsReply& reply, const std::string& name) {
  const TimePoint from = counted_to(state, name);
  return std::ranges::any_of(reply.activators, [&](const auto& revision) {
    return std::ranges::any_of(revision.second, [&](const PodSeries& series) {
      return series.pod == name && has_sample_at_or_before(series, from);
    });
  });
}

// Its series stay in replies for a while.
bool is_gone(const PodSeries& activator, TimePoint until) {
  const auto& scrapes = activator.scrapes;
  if (scrapes.size() < 2) return false;
  const TimePoint last = scrapes.back().at;
  return until - last > (last - scrapes[scrapes.size() - 2].at) * 5 / 2;
}

struct Span {
  TimePoint from = TimePoint::max();
  TimePoint to = TimePoint::min();
};

// As many failures as the pods can have counted of what the activators counted within `span`.
std::int64_t failures_of_pods(const std::vector<PodSeries>& pods, const Span& span,
                              const std::vector<std::string>& error_codes) {
  Totals totals;
  for (const PodSeries& pod : pods) {
    Baseline baseline{.from_zero = true};
    TimePoint until = TimePoint::max();
    for (const Scrape& scrape : pod.scrapes) {
      if (scrape.at <= span.from) baseline = {.used = scrape.at};
      if (scrape.at >= span.to) {
        until = scrape.at;
        break;
      }
    }
    PodCounting(pod, error_codes, totals).count(baseline, until);
  }
  return totals.counts.errors;
}

// The series of one activator that counts one Revision's requests.
std::pair<std::string, std::string> series_name(const PodSeries& activator,
                                                const RevisionKey& key) {
  return {activator.pod, key.name_space + "/" + key.revision};
}

// Counts them, and remembers what has been counted.
void count_activator(ReaderState& state, const PodSeries& activator, const RevisionKey& key,
                     const Baseline& baseline, TimePoint until, PodCounting counting) {
  counting.count(baseline, until);
  if (auto counted = counting.counted()) {
    state.counted_activators[series_name(activator, key)] = *std::move(counted);
  }
}

}  // namespace

Unreached unreached_failures(ReaderState& state, const MetricsReply& reply, const ActivatorArm& arm,
                             TimePoint until, const std::vector<std::string>& error_codes) {
  Totals totals;
  Span span;
  Duration observed{};
  int activators = 0;
  for (const PodSeries& activator : of(reply.activators, arm.key)) {
    TimePoint from = counted_to(state, activator.pod);
    const bool unknown = !state.activators.contains(activator_id(activator.pod));
    const bool first_canary = arm.canary && !state.activators_saw_canary;
    const auto counted = state.counted_activators.find(series_name(activator, arm.key));
    Baseline baseline;
    if (counted != state.counted_activators.end()) {
      baseline.counted = &counted->second;
      from = counted->second.at;
    } else if (unknown && first_canary) {
      baseline.from_zero = true;
      from = TimePoint::min();  // all that pods have counted may have come through it
    } else if (has_sample_at_or_before(activator, from)) {
      baseline.used = from;
      baseline.any_scrape = unknown && state.activators.size() < kMaxRememberedActivators;
    } else {
      baseline.from_zero = first_canary || is_known(state, reply, activator.pod);
    }
    TimePoint to = from;
    for (const Scrape& scrape : activator.scrapes) {
      if (scrape.at > from && scrape.at <= until) to = std::max(to, scrape.at);
    }
    if (to > from) {
      span.from = std::min(span.from, from);
      span.to = std::max(span.to, to);
    }
    if (from != TimePoint::min() && (to > from || !is_gone(activator, until))) {
      observed += to - from;
      ++activators;
    }
    count_activator(state, activator, arm.key, baseline, until,
                    PodCounting(activator, error_codes, totals));
  }
  if (totals.counts.errors == 0) return {};
  const std::int64_t reached = failures_of_pods(of(reply.revisions, arm.key), span, error_codes);
  const auto unreached = std::max<std::int64_t>(totals.counts.errors - reached, 0);
  if (activators == 0) return {unreached, std::nullopt};
  return {unreached, observed / activators};
}

void settle_observed(ArmCounts& arm, std::optional<Duration> observed, int percent,
                     const ArmCounts& other, const Interval& i) {
  if (arm.observed != Duration{} || arm.errors == 0) return;
  if (observed == Duration{} || other.observed == Duration{}) return;
  const double expected = requests_per_interval(i, other) * percent / std::max(100 - percent, 1);
  ArmCounts as_observed = arm;
  as_observed.observed = observed;
  if (requests_per_interval(i, as_observed) >= kMany * expected) arm.observed = observed;
}

void remember_activators(ReaderState& state, const MetricsReply& reply, const RevisionKey& canary,
                         TimePoint until) {
  static const std::vector<std::string> kNoCodes;
  std::map<std::string, TimePoint> last;
  for (const auto& [key, activators] : reply.activators) {
    for (const PodSeries& activator : activators) {
      const std::string id = activator_id(activator.pod);
      if (!has_sample_at_or_before(activator, until)) {  // nothing of it was looked at yet
        if (state.activators.contains(id)) last.emplace(id, state.activators.at(id));
        continue;
      }
      if (!state.counted_activators.contains(series_name(activator, key))) {
        Totals before;  // of no interest
        count_activator(state, activator, key, {}, until, PodCounting(activator, kNoCodes, before));
      }
      if (key == canary) state.activators_saw_canary = true;
      TimePoint to = counted_to(state, activator.pod);
      for (const Scrape& scrape : activator.scrapes) {
        if (scrape.at <= until) to = std::max(to, scrape.at);
      }
      TimePoint& known = last.emplace(id, to).first->second;
      known = std::max(known, to);
    }
  }
  std::erase_if(state.counted_activators,
                [until](const auto& series) { return until - series.second.at > kMaxReadWindow; });
  while (last.size() > kMaxRememberedActivators) last.erase(last.begin());
  state.activators = std::move(last);
}

}  // namespace freshet
