// freshet judge: what its two halves, reading and writing recordings, have in common.
#pragma once

#include <optional>
#include <string>

#include "config/tracked_service.h"
#include "controller/cli/context.h"
#include "controller/runtime/prometheus_access.h"

namespace freshet {

// The one TrackedService in a file. Errors are kBadInput and name the file.
Result<TrackedServiceSpec> spec_in(Context& context, const std::string& file);

struct RecordOptions {
  std::string file;  // "-": standard output
  PrometheusAccess prometheus;
  std::string service;  // of a cluster, whose rollout says what follows; or …
  std::string stable;   // … both Revisions and the percent
  std::string canary;
  int percent = 0;
  std::optional<TrackedServiceSpec> spec;
  Duration length{};  // 0: until stopped
  Duration every = seconds(10);
  ClusterFlags cluster;
};

// Appends what the controller would judge to a recording, an interval a line as it closes.
int run_record(const RecordOptions& options, Context& context);

}  // namespace freshet
