// What status shows after one pass: pure, from what was seen and what was decided.
#pragma once

#include "config/status.h"
#include "controller/model/observation.h"
#include "controller/model/transition.h"
#include "controller/runtime/notes.h"

namespace freshet {

// `before` is the status as last written: times of transitions are carried over from it, so that a
// pass in which nothing happened gives an equal value and nothing is written.
TrackedServiceStatus build_status(const Observation& observation, const Transition& transition,
                                  const Notes& notes, const TrackedServiceStatus& before,
                                  TimePoint now);

}  // namespace freshet
