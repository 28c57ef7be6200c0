// A core that is lost, damaged or written by a newer release.
#pragma once

#include "controller/planner/pass.h"

namespace freshet::planning {

bool is_recovering(const Pass& pass);  // from one of these
// Two serve, and stable and candidate among them are known from the readable part or the mirror:
// retreat to stable.
Decision retreat_to_known_stable(const Pass& pass);
// Otherwise, where adoption must not settle it by itself: hold and alert.
Decision hold_for_repair(const Pass& pass);

}  // namespace freshet::planning
