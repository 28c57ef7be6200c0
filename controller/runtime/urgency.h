// What must not wait: retreats, and services whose candidate has users' requests. Pure.
#pragma once

#include <optional>

#include "controller/model/core.h"
#include "controller/model/observation.h"
#include "controller/runtime/notes.h"

namespace freshet {

// A retreat is owed already (an abort, a crash, a verdict whose write failed) or under way: it
// waits for neither pods nor Prometheus.
bool owes_retreat(const Observation& seen, TimePoint now);

// A verdict to roll back stands until it is carried out, whatever is measured meanwhile.
void keep_rollback(Observation& seen, const Notes& notes);

// The candidate has users' requests, or is being taken back.
bool is_at_stake(const std::optional<Core>& core);

}  // namespace freshet
