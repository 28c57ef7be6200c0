// Counting one pod: from a counter's samples to what was new in them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/analyzer.h"
#include "analysis/evidence.h"
#include "analysis/prometheus.h"

namespace freshet {

// What a pod's counting goes on from.
struct Baseline {
  const CountedPod* counted = nullptr;  // what it showed when it was counted last, if that is known
  std::optional<TimePoint> used = {};   // else: the time of its scrape that was counted last …
  bool any_scrape = false;  // … or: nothing of it was counted; what it showed by then is old
  bool from_zero = false;   // nothing of it was counted; all that it shows is new
};

struct Totals {
  ArmCounts counts;
  std::map<double, std::int64_t> within;
  std::set<double> unusable;  // bounds that some pod's histogram does not have
};

bool has_sample_at_or_before(const PodSeries& pod, TimePoint t);
std::uint64_t counter_id(const PodCounter& counter);

// Adds the increase from scrape to scrape after the baseline, up to `until`. No request counts
// twice, whichever of several replicas of Prometheus shows them, each with scrapes of its own:
// - within one reply, a smaller value is a reset of all the pod's counters, which then count from
//   0; a new series of a pod that has been counted counts from 0 (its first 503 is evidence);
// - from what was counted last to the reply's first newer scrape, counting goes by value. A smaller
//   value there is a reset only if the reply itself shows it: otherwise two replicas' clocks differ
//   or the history is lost, and nothing is counted that may have been counted before;
// - where values are not known, counting goes on from the very scrape that was counted last; from
//   another replica's it begins again.
class PodCounting {
 public:
  PodCounting(const PodSeries& pod, const std::vector<std::string>& error_codes, Totals& totals)
      : pod_(pod), error_codes_(error_codes), totals_(totals) {}

  // Requests within `warm_up` of `born` count as young.
  void young_until(std::optional<TimePoint> born, Duration warm_up);
  void count(const Baseline& baseline, TimePoint until = TimePoint::max());

  // What to go on from next time; nullopt where no scrape has been counted, now or before.
  std::optional<CountedPod> counted() const;

 private:
  // What the reply has shown so far.
  struct Shown {
    std::optional<TimePoint> at;
    std::vector<std::int64_t> values;
    bool reset = false;  // just now
  };
  bool begin(const Baseline& baseline, const Shown& shown, const Scrape& scrape);
  bool recall(const CountedPod& counted, const Scrape& scrape);
  void forget();
  void add(const Scrape& scrape);

  const PodSeries& pod_;
  const std::vector<std::string>& error_codes_;
  Totals& totals_;
  std::optional<TimePoint> young_until_;
  std::vector<std::int64_t> current_;  // walks along
  std::optional<TimePoint> current_at_;
  const CountedPod* before_ = nullptr;  // some of whose counters this reply may not show
};

void note_unusable_bounds(const PodSeries& pod, const std::vector<double>& bounds, Totals& totals);
ArmCounts finish(Totals totals, const std::vector<double>& bounds);

}  // namespace freshet
