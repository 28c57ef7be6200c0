// The traffic that a core asks for.
#pragma once

#include "controller/planner/pass.h"

namespace freshet::planning {

// Freshet's own entries, which sum to 100 (none in Adopting). Every entry above 0 % is named.
Traffic own_entries(const Core& core, const std::string& tag);

// The whole list to write: own entries and, at 0 %, everyone else's. Moves entries between the list
// and core.parked: those of a Revision that is taken back out, those of a Ready Revision in again.
Traffic traffic_to_write(const Pass& pass, Core& core);

// Kept in the core, out of the list that is written, until its Revision is Ready; the oldest makes
// room.
void park(Core& core, const TrafficTarget& entry);

// The 0 % entries of others for which the Route condition says that nothing is programmed.
std::vector<TrafficTarget> blocking_entries(const Pass& pass);

}  // namespace freshet::planning
