// Why nothing is raised. A hold stops advance, bake, finish and start; it never stops a retreat.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/planner/pass.h"

namespace freshet::planning {

inline constexpr int kGoneAfterChecks = 3;  // consecutive 404s of a followed tag
inline constexpr Duration kProgrammedWithin = minutes(1);

// A sentence where somebody else's entry has the traffic tag that a rollout would take; "" if not.
std::string tag_in_use(const Pass& pass);
// Everything that keeps a candidate's share from being raised, a person's holds first.
std::vector<HoldStatus> raising_holds(const Pass& pass);
// What keeps rollouts from being started, also where there is none to start; then all that does.
std::vector<HoldStatus> standing_holds(const Pass& pass);
std::vector<HoldStatus> starting_holds(const Pass& pass);
// What was written last, or is programmed no longer, since when: our write, or Knative's word.
TimePoint unprogrammed_since(const Pass& pass);
// Knative has not programmed what was written for longer than it takes: is added. Returns when that
// will be so; none: it is already, or all is programmed.
std::optional<TimePoint> add_unprogrammed(const Pass& pass, std::vector<HoldStatus>& holds);
// When the first of them is over by itself.
std::optional<TimePoint> first_expiry(const std::vector<HoldStatus>& holds);
// Why evidence does not grow; shown, and of no effect by itself.
std::vector<HoldStatus> analysis_holds(const Pass& pass);

}  // namespace freshet::planning
