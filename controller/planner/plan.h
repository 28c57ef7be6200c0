// The plan of a rollout: which percents, and how much stays on stable while it bakes.
#pragma once

#include <optional>
#include <vector>

#include "config/tracked_service.h"
#include "controller/planner/pass.h"

namespace freshet::planning {

// These steps less those that would take longer than a sixth of the deadline at this rate (merged
// into the next). The last step always stays. nullopt: the rate is not known.
std::vector<int> merge_plan(const TrackedServiceSpec& spec, const std::vector<int>& steps,
                            std::optional<double> per_second);

// Percent that stays on stable while baking. Auto: so that stable gets 300 requests in bake.for,
// 2 … 20, and 10 where the rate is not known. The candidate's share never falls by it.
int holdback(const Pass& pass, const Rollout& rollout);

// Short, and of no Revision that is there.
std::string rollout_id(const Pass& pass);

}  // namespace freshet::planning
