// The time a rollout waits for people, policies and its gates: the deadline does not count it.
#pragma once

#include <vector>

#include "controller/planner/pass.h"

namespace freshet::planning {

// Persons' holds in force now; one whose `until` is over is not.
std::vector<Hold> active_holds(const Core& core, TimePoint now);

// What of the waits is not yet in rollout.held: holds, policies, gates, approval, a decision that
// is awaited.
Duration open_waits(const Core& core, const Memo& memo, TimePoint now);

// One of them is over, with no write: it is kept for the next one.
void end_wait(const Core& core, TimePoint now, Memo& memo, std::optional<TimePoint> Memo::*which);

// Time since the start of the rollout that counts for its deadline.
Duration counted_time(const Pass& pass, const Rollout& rollout);
bool is_past_deadline(const Pass& pass);

// For the write that leads from `pass` to `next`: takes holds that are over out, and adds the waits
// that end with it to rollout.held.
void settle_waits(const Pass& pass, const Memo& memo_after, Core& next);

}  // namespace freshet::planning
