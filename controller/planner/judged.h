// What Shifting and Baking have in common: the step's clock, and going back to a smaller percent.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/planner/pass.h"

namespace freshet::planning {

inline constexpr double kSuspicion = 2.995732273553991;  // ln 20: evidence against, short of α

// How long this percent has been programmed, by the clock that an earlier pass set; -1 ms: not set.
Duration step_time(const Pass& pass);

// Why the share must fall (verdict Reduce, or blind for too long); nullopt if it need not.
std::optional<std::string> reason_to_reduce(const Pass& pass);

// So often it is given another chance; what is bad only with more requests would go up and down.
inline constexpr int kMostReductions = 2;
// Why it gets none any more; nullopt if it does.
std::optional<std::string> suspect_again(const Pass& pass);

// The verdict is about this candidate, which is not scaled to zero, has finished so many requests
// at this step and goes on to if stable does, from fresh metrics and checks, and not from the
// middle of an incident that both arms share: what it does not say against it may be relied on.
bool is_watched_in_peace(const Pass& pass, std::int64_t requests);

// Users get the split that is judged: it was programmed, and nothing has taken its place. The Route
// may be out of order since, by another's entry.
bool gives_the_split(const Pass& pass);

// They do not, as another's entry stops the Route: that goes first. Under a hold only where a share
// was taken back.
Decision unblock_the_split(const Pass& pass, bool is_held);

Transition hold_here(const Pass& pass, std::vector<HoldStatus> holds);
Transition await_programming(const Pass& pass);

}  // namespace freshet::planning
