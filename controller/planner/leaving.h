// A TrackedService that is deleted, and a Service that is gone.
#pragma once

#include "controller/planner/pass.h"

namespace freshet::planning {

// There is no Service, or it is terminating: nothing is pinned any more.
Transition service_gone(const Observation& observation);
// The TrackedService is being deleted: take back, put right, take our annotation off, let go.
Decision leave(const Pass& pass);

}  // namespace freshet::planning
