// Others' entries of 0 % that keep the Route from being programmed: taken out, kept in the core,
// and put back once their Revision is Ready again.
#pragma once

#include <string>

#include "controller/planner/decide.h"
#include "controller/planner/pass.h"

namespace freshet::planning {

// Knative takes a moment to see that something is wrong with an entry.
inline constexpr Duration kParkAfter = seconds(10);

// One write that takes out what the Route condition names; `what` was written and is not
// programmed. Not before `from`.
Decision park_what_blocks(const Pass& pass, TimePoint from, const std::string& what);
// The same in a rollout, which can wait: what starts slowly has its time, and what was taken out
// before and is there again is left for a person (RouteNotReady). Never where others have a say.
Decision park_in_rollout(const Pass& pass, Duration patience, const std::string& what);

Decision put_back_what_was_parked(const Pass& pass);

}  // namespace freshet::planning
