// Users' checks: their queries, asked for both Revisions of a rollout.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/interval.h"
#include "config/tracked_service.h"
#include "controller/runtime/metrics_source.h"

namespace freshet {

struct BothRevisions {
  RevisionKey canary;
  RevisionKey stable;
};
struct UserChecks {
  std::map<std::string, CheckValues> values;  // by name; those that gave one for both
  std::string trouble;                        // the first that did not, and why; ""
};
// Two queries a check. After one that could not be asked the others are not: a slow query of one
// user's must not hold up the rollouts of others.
UserChecks ask_checks(MetricsSource& source, const std::vector<CheckSpec>& checks,
                      const BothRevisions& revisions);

}  // namespace freshet
