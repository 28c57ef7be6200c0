// One function a phase: each answers for itself, at most one write.
#pragma once

#include "controller/planner/pass.h"

namespace freshet::planning {

Transition adopting(const Pass& pass);
Transition idle(const Pass& pass);
Transition preparing(const Pass& pass, const Preparing& phase);
Transition gating(const Pass& pass, const Gating& phase);
Transition waiting(const Pass& pass, const Waiting& phase);
Transition shifting(const Pass& pass, const Shifting& phase);
Transition baking(const Pass& pass, const Baking& phase);
Transition retreating(const Pass& pass, const Retreating& retreat);

}  // namespace freshet::planning
