// The rollout planner: what to do next for one tracked service, from what was seen. Pure.
#pragma once

#include <string>

#include "base/time.h"
#include "controller/model/observation.h"
#include "controller/model/transition.h"

namespace freshet {

// Total and deterministic: every observation has an answer, the same one each time. At most one
// write of the Service. `now` is the API server's time; evidence keeps Prometheus' own times.
// The rules, row by row: tests/controller/planner/table_*_test.cc.
Transition step(const Observation& observation, TimePoint now);

// Another TrackedService is in charge, as `why` says: commands given to this one are refused, so
// that none is carried out when the other goes. `refused` tells the rest.
void refuse_commands(const Observation& observation, TimePoint now, const std::string& why,
                     Transition& refused);

}  // namespace freshet
