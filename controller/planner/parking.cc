// Parking blocking entries, and their way back.
#include "controller/planner/parking.h"

#include "controller/planner/explain.h"
#include "controller/planner/look.h"
#include "controller/planner/traffic_intent.h"

namespace freshet::planning {

Decision park_what_blocks(const Pass& pass, TimePoint since, const std::string& what) {
  if (pass.now - since < kParkAfter || is_foreign_edit(pass)) return {};
  const auto blocking = blocking_entries(pass);
  if (blocking.empty()) return {};
  Core next = pass.core;
  for (const TrafficTarget& entry : blocking) park(next, entry);
  return write(pass, {std::move(next), true, KeepTemplate{}, true, "park blocking entries"},
               warning("Parked", to_string(blocking) + " kept " + what +
                                     " from being programmed; it is kept and put back later"));
}

Decision put_back_what_was_parked(const Pass& pass) {
  for (const TrafficTarget& entry : pass.core.parked) {
    if (!entry.revision || !is_ready(find_revision(pass.seen, *entry.revision))) continue;
    Core next = pass.core;
    return write(pass, {std::move(next), true, KeepTemplate{}, false, "put back parked entries"},
                 fact("Parked", to_string(Traffic{entry}) + " is put back into spec.traffic"));
  }
  return {};
}

}  // namespace freshet::planning
