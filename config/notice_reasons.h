// The reasons of messages: each transition's, as in Events, and of holds that need a person.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace freshet {

inline constexpr std::string_view kEveryReason = "All";

// Sorted.
const std::vector<std::string>& notice_reasons();
// What is told where a sink does not say: how rollouts end, and what waits for a person.
bool is_usual_reason(std::string_view reason);
// A hold that has no transition of its own and ends by a person only: it is told when it begins.
bool is_told_hold(std::string_view reason);

}  // namespace freshet
