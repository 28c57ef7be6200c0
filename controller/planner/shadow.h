// Shadow mode: the plan judged and told, nothing written.
#pragma once

#include "controller/planner/pass.h"

namespace freshet::planning {

// What Freshet would do where somebody else moves the percents: a transition without a write.
Transition shadow(const Pass& pass);

}  // namespace freshet::planning
