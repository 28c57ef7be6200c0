// What Preparing and Gating have in common: may the candidate get its first requests, and how.
#pragma once

#include "controller/planner/pass.h"

namespace freshet::planning {

// Ready as Knative sees it now, not before our own write, and running what was intended.
bool may_get_requests(const Pass& pass, const RevisionView* candidate, const Rollout& rollout);

// A person's approval, or the first step.
Transition admit(const Pass& pass, const Rollout& rollout, const RevisionView& candidate);

}  // namespace freshet::planning
