// When a tag is checked, as pure functions of time and a name.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace freshet {

inline constexpr Duration kFirstRetry = seconds(15);
inline constexpr Duration kLongestRetry = minutes(10);  // or `every`, whichever is longer

// The next moment of this tag's own phase after `now`: tags of one period are spread over it, the
// same way after every restart. Never later than now + every.
TimePoint next_regular(std::string_view name, Duration every, TimePoint now);

// After the n-th failure in a row (n ≥ 1): doubling from kFirstRetry, or from `every` if that is
// shorter, with a fixed jitter of ±20 %; never before `retry_after` is over.
TimePoint next_after_failure(std::string_view name, Duration every, int failures,
                             std::optional<Duration> retry_after, TimePoint now);

}  // namespace freshet
