// What a registry says of its own limits: RateLimit-* headers, as Docker Hub and gateways send
// them.
#pragma once

#include <optional>

#include "base/http.h"
#include "base/time.h"

namespace freshet {

inline constexpr Duration kLongestRateWindow = hours(24);

struct RateLimit {
  double limit = 0;      // requests (Docker Hub: pulls) a window, above 0
  double remaining = 0;  // of them, now
  Duration window{};     // until the rest must last, 1 s to kLongestRateWindow
  bool operator==(const RateLimit&) const = default;
};

// "RateLimit-Limit: 100;w=21600" with "RateLimit-Remaining: 76;w=21600", and either of them with
// "RateLimit-Reset: 50" (seconds) instead of w. nullopt: nothing is said, or not in full, or what
// is said is not a limit ("0", ";w=21600").
std::optional<RateLimit> rate_limit(const HttpHeaders& headers);

}  // namespace freshet
