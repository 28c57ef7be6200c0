// Why nothing is raised. A hold stops advance, bake, finish and start; it never stops a retreat.
#pragma once

#include <optional>
#include <vector>

#include "controller/planner/pass.h"

namespace freshet::planning {

inline constexpr int kGoneAfterChecks = 3;  // consecutive 404s of a followed tag

// Everything that keeps a candidate's share from being raised, a person's holds first.
std::vector<HoldStatus> raising_holds(const Pass& pass);
// What keeps rollouts from being started, also where there is none to start; then all that does.
std::vector<HoldStatus> standing_holds(const Pass& pass);
std::vector<HoldStatus> starting_holds(const Pass& pass);
// When the first of them is over by itself.
std::optional<TimePoint> first_expiry(const std::vector<HoldStatus>& holds);
// Why evidence does not grow; shown, and of no effect by itself.
std::vector<HoldStatus> analysis_holds(const Pass& pass);

}  // namespace freshet::planning
