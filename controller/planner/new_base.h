// Whether a pair differs from stable's in nothing but the base below its images.
#pragma once

#include <string>

#include "controller/planner/pass.h"

namespace freshet::planning {

// "" if so; else, or where that cannot be told, why not, in a sentence.
std::string more_than_new_base(const Pass& pass, const Pair& pair);

// For a rollout under way, where newBase is set: which plan it goes by and why, as the end of a
// sentence; "" where it is not.
std::string plan_note(const Pass& pass, const Rollout& rollout);

}  // namespace freshet::planning
