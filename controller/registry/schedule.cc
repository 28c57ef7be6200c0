// Phase and backoff.
#include "controller/registry/schedule.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace freshet {

TimePoint next_regular(std::string_view name, Duration every, TimePoint now) {
  const auto period = std::max<Duration::rep>(every.count(), 1);
  const auto phase =
      static_cast<Duration::rep>(stable_hash(name) % static_cast<std::uint64_t>(period));
  const auto since = now.time_since_epoch().count() - phase;
  const auto into = ((since % period) + period) % period;
  return now + Duration(period - into);
}

void Moves::add(TimePoint at) {
  at_.at(next_) = at;
  next_ = (next_ + 1) % at_.size();
}

bool Moves::likely_at(TimePoint at) const {
  constexpr Duration kDay = days(1);
  constexpr Duration kAround = minutes(30);
  return std::ranges::any_of(at_, [&](TimePoint move) {
    const Duration age = at - move;
    if (move == TimePoint{} || age < Duration::zero() || age > kMoveCounts) return false;
    const Duration apart = age % kDay;
    return std::min(apart, kDay - apart) <= kAround;
  });
}

TimePoint next_denser(std::string_view name, Duration every, const Moves& moves, TimePoint now) {
  const TimePoint regular = next_regular(name, every, now);
  const Duration step = std::max(every / kDenser, kShortestDenser);
  if (step >= every) return regular;
  TimePoint at = next_regular(name, step, now);
  for (int i = 0; i < kDenser && at < regular; ++i) {
    if (moves.likely_at(at)) return at;
    at += step;
  }
  return regular;
}

TimePoint next_after_failure(std::string_view name, Duration every, int failures,
                             std::optional<Duration> retry_after, TimePoint now) {
  constexpr int kMaxDoublings = 16;
  const Duration longest = std::max(kLongestRetry, every);
  const int doublings = std::clamp(failures - 1, 0, kMaxDoublings);
  const Duration plain = std::min(std::min(kFirstRetry, every) * (1 << doublings), longest);
  const auto spread = stable_hash(std::string(name) + "#" + std::to_string(failures)) % 401;
  const Duration jittered = plain * static_cast<Duration::rep>(800 + spread) / 1000;
  if (!retry_after) return now + jittered;
  // Later, never earlier, and not all at the same moment.
  const auto late = static_cast<Duration::rep>(spread % 101);
  return now + std::max(jittered, *retry_after + *retry_after * late / 1000);
}

}  // namespace freshet
