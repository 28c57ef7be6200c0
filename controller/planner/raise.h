// Beginning a rollout and giving its candidate more: every write that raises something.
#pragma once

#include <string>

#include "controller/planner/pass.h"
#include "controller/planner/target.h"

namespace freshet::planning {

// Prepare: stable keeps all requests, the candidate's Revision is asked for (or found). Waits where
// a template candidate's Revision is not known yet.
Transition begin_rollout(const Pass& pass, const Target& target);

// The candidate is named at 0 % with the tag, so that it can be tested.
Transition to_gating(const Pass& pass, const Rollout& rollout, const RevisionView& candidate);

// `by` says on whose word: "" for the evidence's, else "person:alice: reason".
Transition to_waiting(const Pass& pass, const Rollout& rollout, const RevisionView& candidate);
Transition to_step(const Pass& pass, const Rollout& rollout, int step, const std::string& by);
Transition to_baking(const Pass& pass, const Rollout& rollout, const std::string& by);
Transition finish(const Pass& pass, const Rollout& rollout, const std::string& by);
// Not a raise: back to a smaller percent, keep judging.
Transition reduce_to_step(const Pass& pass, const Rollout& rollout, int step,
                          const std::string& why);

// The rollout with its candidate's name and uid, to be stored.
Rollout identified(const Rollout& rollout, const RevisionView& candidate);

}  // namespace freshet::planning
