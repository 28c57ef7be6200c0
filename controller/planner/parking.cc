// Parking blocking entries, and their way back.
#include "controller/planner/parking.h"

#include <algorithm>

#include "controller/planner/explain.h"
#include "controller/planner/holds.h"
#include "controller/planner/look.h"
#include "controller/planner/managed.h"
#include "controller/planner/traffic_intent.h"

namespace freshet::planning {

namespace {

// Urgent where it gives users stable again; else it is decided with everything in view.
Transition park_all(const Pass& pass, const std::vector<TrafficTarget>& blocking, bool urgent,
                    const std::string& what) {
  Core next = pass.core;
  for (const TrafficTarget& entry : blocking) park(next, entry);
  return write(pass, {std::move(next), true, KeepTemplate{}, urgent, "park blocking entries"},
               warning("Parked", to_string(blocking) + " kept " + what +
                                     " from being programmed; it is kept and put back later"));
}

}  // namespace

Decision park_what_blocks(const Pass& pass, TimePoint from, const std::string& what) {
  if (pass.now < from || is_foreign_edit(pass)) return {};
  const auto blocking = blocking_entries(pass);
  if (blocking.empty()) return {};
  return park_all(pass, blocking, true, what);
}

Decision park_in_rollout(const Pass& pass, Duration patience, const std::string& what) {
  if (pass.now < unprogrammed_since(pass) + patience || is_foreign_edit(pass)) return {};
  if (!is_ready(stable_view(pass)) || managed_elsewhere(pass.service, pass.rules())) return {};
  auto blocking = blocking_entries(pass);
  std::erase_if(blocking, [&](const TrafficTarget& entry) {
    return std::ranges::find(pass.core.parked, entry) != pass.core.parked.end();
  });
  if (blocking.empty()) return {};
  return park_all(pass, blocking, false, what);
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
