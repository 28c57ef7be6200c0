// What must not wait: retreats, and services whose candidate has users' requests. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "controller/model/core.h"
#include "controller/model/observation.h"
#include "controller/runtime/notes.h"
#include "controller/runtime/queue.h"

namespace freshet {

// A retreat is owed already (an abort, a crash, a verdict whose write failed) or under way: it
// waits for neither pods nor Prometheus.
bool owes_retreat(const Observation& seen, TimePoint now);

// A verdict to roll back stands until it is carried out, whatever is measured meanwhile.
void keep_rollback(Observation& seen, const Notes& notes);

// By what the core says. kRetreat is not among them: where the core says so, it is written already.
Priority priority_of(const std::optional<Core>& core);
// Whether a person's command waits in these annotations, and whether one of them takes traffic
// back.
bool holds_commands(const std::map<std::string, std::string>& annotations);
bool asks_for_retreat(const std::map<std::string, std::string>& annotations);

}  // namespace freshet
