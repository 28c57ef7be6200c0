// Counter rules of one pod.
#include "analysis/pod_counting.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>

namespace freshet {
namespace {

using IdAndValue = std::pair<std::uint64_t, std::int64_t>;

// Is one of the later values smaller? A container that starts again starts all its counters again.
bool fell(const std::vector<std::int64_t>& before, const std::vector<std::int64_t>& after) {
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (after[i] != kNoCount && after[i] < before[i]) return true;
  }
  return false;
}

void raise(std::vector<std::int64_t>& values, const std::vector<std::int64_t>& to) {
  for (std::size_t i = 0; i < to.size(); ++i) values[i] = std::max(values[i], to[i]);
}

}  // namespace

std::uint64_t counter_id(const PodCounter& counter) {
  return counter.group ^ (std::bit_cast<std::uint64_t>(counter.le) * 0x9e3779b97f4a7c15U);
}

bool has_sample_at_or_before(const PodSeries& pod, TimePoint t) {
  return !pod.scrapes.empty() && pod.scrapes.front().at <= t;
}

void PodCounting::young_until(std::optional<TimePoint> born, Duration warm_up) {
  if (born) young_until_ = *born + warm_up;
}

void PodCounting::count(const Baseline& baseline, TimePoint until) {
  forget();
  before_ = baseline.counted;
  const auto used = baseline.counted != nullptr ? baseline.counted->at : baseline.used;
  Shown shown{{}, std::vector<std::int64_t>(pod_.counters.size(), kNoCount), false};
  bool begun = false;
  for (const Scrape& scrape : pod_.scrapes) {
    if (scrape.at > until) break;
    shown.reset = fell(shown.values, scrape.values);
    if (shown.reset) std::ranges::fill(shown.values, kNoCount);
    if (!used || scrape.at > *used) {
      bool counts = true;
      if (!begun) {
        counts = begin(baseline, shown, scrape);
      } else if (shown.reset) {
        forget();
      }
      begun = true;
      if (counts) add(scrape);
      raise(current_, scrape.values);
      current_at_ = scrape.at;
    }
    raise(shown.values, scrape.values);
    shown.at = scrape.at;
  }
}

// Makes current_ what the first newer scrape is counted from; false if it is a baseline only.
bool PodCounting::begin(const Baseline& baseline, const Shown& shown, const Scrape& scrape) {
  if (baseline.counted != nullptr) {
    const bool known = recall(*baseline.counted, scrape);
    if (known && !fell(current_, scrape.values)) return true;
    if (known && shown.at && !shown.reset) return true;  // less than was counted: nothing is new
    forget();
    return shown.reset;
  }
  if (!baseline.used || !shown.at) return baseline.from_zero;
  if (*shown.at != *baseline.used && !baseline.any_scrape) return false;
  current_ = shown.values;
  return true;
}

// Takes up what was counted; false where the scrape shows none of the counters known by then.
bool PodCounting::recall(const CountedPod& counted, const Scrape& scrape) {
  bool knows_one = counted.values.empty();
  for (std::size_t i = 0; i < pod_.counters.size(); ++i) {
    const std::uint64_t id = counter_id(pod_.counters[i]);
    const auto found = std::ranges::lower_bound(counted.values, id, {}, &IdAndValue::first);
    if (found == counted.values.end() || found->first != id) continue;
    current_[i] = found->second;
    knows_one = knows_one || scrape.values[i] != kNoCount;
  }
  return knows_one;
}

void PodCounting::forget() {
  current_.assign(pod_.counters.size(), kNoCount);
  before_ = nullptr;
}

std::optional<CountedPod> PodCounting::counted() const {
  if (!current_at_) return std::nullopt;
  CountedPod out{*current_at_, {}};
  for (std::size_t i = 0; i < current_.size(); ++i) {
    if (current_[i] != kNoCount) out.values.emplace_back(counter_id(pod_.counters[i]), current_[i]);
  }
  std::ranges::sort(out.values);
  if (before_ == nullptr) return out;
  std::vector<IdAndValue> all;
  std::ranges::set_union(out.values, before_->values, std::back_inserter(all), {},
                         &IdAndValue::first, &IdAndValue::first);
  out.values = std::move(all);
  return out;
}

void PodCounting::add(const Scrape& scrape) {
  const bool young = young_until_ && scrape.at < *young_until_;
  for (std::size_t i = 0; i < scrape.values.size(); ++i) {
    if (scrape.values[i] == kNoCount) continue;
    const std::int64_t more = scrape.values[i] - std::max<std::int64_t>(current_[i], 0);
    if (more <= 0) continue;
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
