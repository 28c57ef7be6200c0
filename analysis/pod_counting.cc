// Counter rules of one pod.
#include "analysis/pod_counting.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace freshet {

bool has_sample_at_or_before(const PodSeries& pod, TimePoint t) {
  return !pod.scrapes.empty() && pod.scrapes.front().at <= t;
}

void PodCounting::young_until(std::optional<TimePoint> born, Duration warm_up) {
  if (born) young_until_ = *born + warm_up;
}

void PodCounting::count(const Baseline& baseline, TimePoint until) {
  current_.assign(pod_.counters.size(), kNoCount);
  bool known = baseline.from_zero;
  for (const Scrape& scrape : pod_.scrapes) {
    if (scrape.at > until) break;
    if (was_reset(scrape)) current_.assign(pod_.counters.size(), kNoCount);
    if (known && (!baseline.used || scrape.at > *baseline.used)) add(scrape);
    for (std::size_t i = 0; i < scrape.values.size(); ++i) {
      if (scrape.values[i] != kNoCount) current_[i] = scrape.values[i];
    }
    known = true;  // the first scrape shown is a baseline at least
  }
}

// A container that starts again starts all its counters again.
bool PodCounting::was_reset(const Scrape& scrape) const {
  for (std::size_t i = 0; i < scrape.values.size(); ++i) {
    if (scrape.values[i] != kNoCount && scrape.values[i] < current_[i]) return true;
  }
  return false;
}

void PodCounting::add(const Scrape& scrape) {
  const bool young = young_until_ && scrape.at < *young_until_;
  for (std::size_t i = 0; i < scrape.values.size(); ++i) {
    if (scrape.values[i] == kNoCount) continue;
    const std::int64_t more = scrape.values[i] - std::max<std::int64_t>(current_[i], 0);
    const PodCounter& counter = pod_.counters[i];
    if (std::isfinite(counter.le)) {
      totals_.within[counter.le] += more;
      continue;
    }
    totals_.counts.requests += more;
    if (young) totals_.counts.young += more;
    if (matches_code(counter.code, error_codes_)) totals_.counts.errors += more;
  }
}

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

}  // namespace freshet
