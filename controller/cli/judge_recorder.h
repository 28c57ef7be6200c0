// Recorder: reads two Revisions' metrics as the controller does, and keeps each closed interval.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "analysis/reader.h"
#include "base/result.h"
#include "config/tracked_service.h"
#include "controller/runtime/metrics_source.h"

namespace freshet {

// What is compared, as it stands at one look.
struct RecordedRollout {
  ArmSource canary;
  ArmSource stable;
  int percent = 0;            // the canary's, 1 … 99
  TagRequests left_out;       // no user's requests
  TrackedServiceSpec spec{};  // its codes, warm-up and what chooses the latency bounds
};

class Recorder {
 public:
  // `source` must outlive it. `every`: between two looks, for what settings depend on it.
  Recorder(MetricsSource& source, Duration every) : source_(source), every_(every) {}

  // Intervals that have closed by now, in the order of their lines. A missing one stands for time
  // that no interval covers: before the first, and where reading had to begin anew. What cannot be
  // read is an error and no line: counters go on, and the next interval to close covers that time.
  // An interval's percent is the one in force when it began: as the rollout's evidence, its counts
  // say nothing in favour of a later step.
  Result<std::vector<Interval>> look(const RecordedRollout& rollout, TimePoint now);

  // Recording ends: what could not be read until now is missing for good.
  std::optional<Interval> finish(TimePoint now) const;

 private:
  Status begin(const RecordedRollout& rollout);
  Status find_again(const RecordedRollout& rollout, TimePoint now);
  Result<std::vector<double>> bounds_in(const Dialect& dialect, const RecordedRollout& rollout);
  int percent_at(TimePoint time) const;

  MetricsSource& source_;
  Duration every_;
  const Dialect* dialect_ = nullptr;  // null: not found yet
  std::vector<double> bounds_;        // fixed when recording begins, as a rollout's are
  ReaderState reader_;
  std::optional<TimePoint> end_;  // of the last line
  std::optional<TimePoint> probed_;
  std::optional<TimePoint> checks_read_;
  std::map<TimePoint, int> percents_;  // since when, as it was seen
};

}  // namespace freshet
