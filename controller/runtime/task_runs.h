// TaskRuns of gates in the cluster: created once, read until they are over, cancelled. Thin.
#pragma once

#include <optional>

#include "controller/kube/client.h"
#include "controller/model/observation.h"

namespace freshet {

// One look at the TaskRun of this attempt, which is created if it is not there: what it came to, or
// nullopt while it goes on. A request that fails is repeated at the next look, in the gate's time.
// One that is late is cancelled.
std::optional<GateAttempt> look_at_task_run(KubeClient& client, const GateQuestion& question,
                                            TimePoint now);

// Cancels those that no pass will look at any more, as the gates are over or were overruled. What
// cannot be reached is left to its own timeout.
void cancel_task_runs(KubeClient& client, const Observation& seen, const GateBook& book);

}  // namespace freshet
