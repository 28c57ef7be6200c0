// What people read: what a service does, what it waits for, what comes next.
#pragma once

#include <string>

#include "controller/planner/pass.h"

namespace freshet::planning {

// The state that `core` stands for, as a sentence, and what follows it.
Explanation describe(const Pass& pass, const Core& core);

// The same state, held: the holds' own words come first.
Explanation held(const Pass& pass, std::vector<HoldStatus> holds);

// Condition Ready=False.
Explanation not_ready(std::string reason, std::string message, std::string next);

std::string step_text(const Rollout& rollout, int step);               // "step 2 of 4: 5 %"
std::string candidate_text(const Pass& pass, const Rollout& rollout);  // "checkout-00008 (9c1e…)"
Fact fact(std::string reason, std::string message);
Fact warning(std::string reason, std::string message);

}  // namespace freshet::planning
