// A token bucket, a pause, and a count.
#include "controller/registry/budget.h"

#include <algorithm>
#include <cmath>

namespace freshet {

bool RegistryBudget::may_start(TimePoint now) {
  refill(now);
  return now >= paused_until_ && has_room() && requests_left_ >= 1;
}

bool RegistryBudget::has_room() const {
  return in_flight_ < (unreachable_ > 0 ? 1 : kMaxInFlightPerRegistry);
}

TimePoint RegistryBudget::may_start_at(TimePoint now) const {
  const double missing = 1 - requests_left_;
  const auto wait = Duration(
      static_cast<Duration::rep>(std::ceil(std::max(0.0, missing) / kRequestsPerSecond * 1000)));
  return std::max({now, paused_until_, refilled_at_ + wait});
}

void RegistryBudget::spend(TimePoint now) {
  refill(now);
  requests_left_ -= 1;
}

void RegistryBudget::reached() { unreachable_ = 0; }

void RegistryBudget::failed(const RegistryFailure& failure, TimePoint now) {
  switch (failure.kind) {
    case RegistryFailureKind::kRateLimited:
      paused_until_ = std::max(paused_until_, now + failure.retry_after.value_or(kRateLimitPause));
      break;
    case RegistryFailureKind::kUnreachable: {
      constexpr int kMaxDoublings = 10;
      const bool news = now >= paused_until_;  // not another check of the same moment
      if (news) unreachable_ = std::min(unreachable_ + 1, kMaxDoublings);
      const Duration pause = std::min(kLongestPause, kFirstPause * (1 << (unreachable_ - 1)));
      if (news) paused_until_ = now + pause;
      paused_until_ = std::max(paused_until_, now + failure.retry_after.value_or(Duration::zero()));
      break;
    }
    case RegistryFailureKind::kAuthentication:
    case RegistryFailureKind::kNotFound:
    case RegistryFailureKind::kRefused:
    case RegistryFailureKind::kNotAnImage:
    case RegistryFailureKind::kInconsistent: reached(); break;
  }
}

void RegistryBudget::refill(TimePoint now) {
  if (now > refilled_at_) {
    requests_left_ = std::min(kRequestBurst,
                              requests_left_ + to_seconds(now - refilled_at_) * kRequestsPerSecond);
    refilled_at_ = now;
  }
}

}  // namespace freshet
