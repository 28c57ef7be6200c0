// Judging: reads Prometheus for an active rollout, folds what was read into evidence, and asks the
// analyzer. Reads the world; decides nothing by itself. Used by all workers at once.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "analysis/reader.h"
#include "base/http.h"
#include "base/result.h"
#include "controller/model/observation.h"
#include "controller/runtime/metrics_source.h"
#include "controller/runtime/notes.h"
#include "controller/runtime/options.h"
#include "controller/runtime/shared_counts.h"

namespace freshet {

// Both Revisions' pods, as they are listed now.
struct ListedPods {
  std::map<std::string, TimePoint> created;  // by name, as far as it is known
  bool none = false;                         // both lists were read, and are empty
};
// Asked for where counts are read, and only there.
using PodsOfBoth = std::function<ListedPods()>;

class Judging {
 public:
  Judging(const ControllerOptions& options, HttpTransport& transport)
      : options_(options),
        source_(options, transport),
        counts_(source_, options.analysis_interval) {}

  // Are there metrics of the Revision that serves? Sets notes.dialect where they are usable. An
  // error is neither yes nor no.
  Result<MetricsFinding> find_metrics(const RevisionKey& revision, Notes& notes);

  // Requests a second that stable serves: in the last hour, or in the day where that is more, so
  // that a quiet night is not taken for all there is. 0: not known, or it has had all of them for
  // less than an hour. Nothing is rolled out.
  double traffic(const Observation& observation, const Notes& notes, TimePoint now);

  // One look at a rollout whose candidate is known: counts are asked for once, when
  // `analysis_interval` has passed since the last. Sets notes.judged->verdict. What cannot be read
  // leaves the evidence as it was; returns why, or "".
  std::string look(const Observation& observation, const Core& core, const PodsOfBoth& pods,
                   Notes& notes, TimePoint now);

 private:
  Result<MetricsFinding> choose(const Observation& observation, const RevisionRef& stable,
                                Notes& notes);
  Status read_counts(const Observation& observation, const Core& core, const PodsOfBoth& pods,
                     Notes& notes, TimePoint now);
  void read_checks(const Observation& observation, const ReadInput& input, Interval& interval,
                   Notes& notes, TimePoint now);
  bool knows_stable_now(const Observation& observation, const RevisionRef& stable,
                        const Notes& notes, TimePoint now);
  bool is_due(const Notes& notes, TimePoint now) const;
  Status find_again(const Observation& observation, const RevisionRef& stable, Notes& notes,
                    TimePoint now);

  const ControllerOptions& options_;
  MetricsSource source_;
  SharedCounts counts_;
};

}  // namespace freshet
