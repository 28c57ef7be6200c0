// Whether policies let a rollout start or advance now, and when they next will. A retreat never
// asks.
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"
#include "config/status.h"
#include "controller/model/policy.h"

namespace freshet {

// Reasons of holds.
inline constexpr std::string_view kWindowHold = "Window";    // outside what is allowed
inline constexpr std::string_view kFreezeHold = "Freeze";    // within what is denied
inline constexpr std::string_view kStoppedHold = "Stopped";  // until somebody takes it back
inline constexpr std::string_view kInvalidPolicyHold = "PolicyInvalid";
inline constexpr std::string_view kApprovalHold = "ApprovalRequired";
inline constexpr std::string_view kUnknownPoliciesHold = "PoliciesUnknown";  // not, or not any more
inline constexpr std::string_view kUnheardHold = "StaleWatch";  // a pause might not be known

struct Permission {
  std::vector<HoldStatus> holds;   // one a policy that does not permit; none: it may
  std::optional<TimePoint> opens;  // the first instant at which all permit, if that can be told
  bool may() const { return holds.empty(); }
  bool operator==(const Permission&) const = default;
};

// Of the policies that select a service, whose image was made at `image_created` (nullopt: not
// known, nothing is waived).
Permission permission(const std::vector<Policy>& policies, std::optional<TimePoint> image_created,
                      TimePoint now);

}  // namespace freshet
