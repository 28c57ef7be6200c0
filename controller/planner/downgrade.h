// The guard against going back: a stale mirror, a part of a tag list or a restored backup makes a
// tag name something older, and nobody asked for that.
#pragma once

#include <string>

#include "controller/planner/pass.h"

namespace freshet::planning {

// Why what the followed tags name is a step back from stable; "" if it is none, or a person allowed
// it. Stable's own digest never is.
std::string downgrade(const Pass& pass);

// Hold DowngradeHeld, with the one command that allows it.
HoldStatus downgrade_hold(const Pass& pass, const std::string& why);

}  // namespace freshet::planning
