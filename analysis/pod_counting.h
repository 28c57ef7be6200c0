// Counting one pod: from a counter's samples to what was new in them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/analyzer.h"
#include "analysis/prometheus.h"

namespace freshet {

// What a pod's counting goes on from.
struct Baseline {
  std::optional<TimePoint> used;  // its last sample that was counted, if it is in the reply
  bool from_zero = false;         // nothing counted yet, and all it shows is new
};

struct Totals {
  ArmCounts counts;
  std::map<double, std::int64_t> within;
  std::set<double> unusable;  // bounds that some pod's histogram does not have
};

bool has_sample_at_or_before(const PodSeries& pod, TimePoint t);

// Adds the increase from scrape to scrape after the baseline, up to `until`. A smaller value is a
// reset of all the pod's counters, which then count from 0; a new series of a pod that has been
// counted counts from 0 (its first 503 is evidence).
class PodCounting {
 public:
  PodCounting(const PodSeries& pod, const std::vector<std::string>& error_codes, Totals& totals)
      : pod_(pod), error_codes_(error_codes), totals_(totals) {}

  // Requests within `warm_up` of `born` count as young.
  void young_until(std::optional<TimePoint> born, Duration warm_up);
  void count(const Baseline& baseline, TimePoint until = TimePoint::max());

 private:
  bool was_reset(const Scrape& scrape) const;
  void add(const Scrape& scrape);

  const PodSeries& pod_;
  const std::vector<std::string>& error_codes_;
  Totals& totals_;
  std::optional<TimePoint> young_until_;
  std::vector<std::int64_t> current_;  // walks along
};

void note_unusable_bounds(const PodSeries& pod, const std::vector<double>& bounds, Totals& totals);
ArmCounts finish(Totals totals, const std::vector<double>& bounds);

}  // namespace freshet
