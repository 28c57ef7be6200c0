// When a tag is checked, as pure functions of time and a name.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace freshet {

inline constexpr Duration kFirstRetry = seconds(15);
inline constexpr Duration kLongestRetry = minutes(10);  // or `every`, whichever is longer

// The next moment of this tag's own phase after `now`: tags of one period are spread over it, the
// same way after every restart. Never later than now + every.
TimePoint next_regular(std::string_view name, Duration every, TimePoint now);

// When a tag was last seen to move.
inline constexpr std::size_t kMovesKept = 4;
inline constexpr Duration kMoveCounts = days(14);
class Moves {
 public:
  void add(TimePoint at);
  // Whether a tag moved within half an hour of this time of day, in the last kMoveCounts.
  bool likely_at(TimePoint at) const;

 private:
  std::array<TimePoint, kMovesKept> at_{};  // a ring; the epoch: none
  std::size_t next_ = 0;
};

// As next_regular, with kDenser times as many checks at the times of day at which the tag was seen
// to move, but none sooner than kShortestDenser after another unless `every` is shorter.
inline constexpr int kDenser = 4;
inline constexpr Duration kShortestDenser = seconds(15);
TimePoint next_denser(std::string_view name, Duration every, const Moves& moves, TimePoint now);

// After the n-th failure in a row (n ≥ 1): doubling from kFirstRetry, or from `every` if that is
// shorter, with a fixed jitter of ±20 %; never before `retry_after` is over.
TimePoint next_after_failure(std::string_view name, Duration every, int failures,
                             std::optional<Duration> retry_after, TimePoint now);

}  // namespace freshet
