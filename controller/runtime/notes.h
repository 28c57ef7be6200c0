// Working notes of one service: what the shell keeps between passes. In memory while the controller
// runs; the part that is worth it is written to TrackedService.status and read back after a start.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/analyzer.h"
#include "base/on_demand.h"
#include "config/status.h"
#include "controller/model/memo.h"
#include "controller/model/names.h"
#include "controller/model/observation.h"

namespace freshet {

// What is known of a rollout that is judged, or was.
struct Judged {
  std::optional<AnalysisSettings> settings;  // fixed when judging of a candidate begins
  Evidence evidence;                         // names the candidate and settings it belongs to

  // Not persisted.
  std::optional<AnalysisSpec> judged_by;  // what `settings` were chosen from
  Verdict verdict;
  std::optional<Uid> verdict_of;  // the Revision that it is about
  std::optional<TimePoint> judged_at;
  std::optional<TimePoint> without_pods;  // when neither Revision was last listed with a pod
  std::string blind;                      // why what was read last could not be, in a sentence
  std::optional<TimePoint> checks_read;
  std::string check_trouble;  // why a user's check gave no value, in a sentence
};

struct Notes {
  std::string tracked_uid;  // another one: deleted and made anew under the same name
  Memo memo;
  std::string dialect;  // of the metrics, analysis/dialect.h; "" unknown
  OnDemand<Judged> judged;

  // Not persisted.
  std::optional<MetricsFinding> metrics;
  std::optional<TimePoint> metrics_probed;
  std::string runs_cancelled;  // the rollout whose TaskRuns were
  std::string trouble;         // the last read or write that failed, in a sentence
  // Status as it was last written or read; `tags` as they were to be: what was once seen in a
  // registry is not forgotten because status cannot be written.
  TrackedServiceStatus written;
  // status.core as it was to be written, where status could not be, or may have been.
  std::optional<std::string> untold_core;
  std::int64_t told_seq = 0;  // of the core whose transition was told last
  std::vector<HoldStatus> told_holds;
  // Messages that not every sink has yet; those of a former process are handed over once.
  std::vector<NoticeStatus> undelivered;
  bool has_resumed = false;
  bool is_unknown = false;  // a write of the Service may have arrived; it has not been read since
};

std::vector<CommandStatus> command_statuses(const Memo& memo);

// status.evidence: {"memo","settings","evidence","dialect"}; at most 16 KiB.
std::string notes_to_text(const Notes& notes);
// From what the cluster has after a start; whatever cannot be read is left out.
Notes notes_from_status(TrackedServiceStatus status);

}  // namespace freshet
