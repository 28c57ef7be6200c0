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
  if (unreachable_ > 0) return in_flight_ < 1;
  return in_flight_ < std::max(1, kMaxInFlightPerRegistry / slowdown_);
}

TimePoint RegistryBudget::may_start_at(TimePoint now) const {
  const double missing = 1 - requests_left_;
  const auto wait =
      Duration(static_cast<Duration::rep>(std::ceil(std::max(0.0, missing) / rate(now) * 1000)));
  return std::max({now, paused_until_, refilled_at_ + wait});
}

void RegistryBudget::spend(TimePoint now) {
  refill(now);
  requests_left_ -= 1;
}

double RegistryBudget::rate(TimePoint now) const {
  const double usual = per_second_ / slowdown_;
  return now < short_until_ ? std::min(usual, short_rate_) : usual;
}

double RegistryBudget::left(TimePoint now) const {
  if (now < paused_until_) return 0;
  return std::max(0.0, requests_left_);
}

void RegistryBudget::heard(const RateLimit& limit, TimePoint now) {
  refill(now);
  if (limit.remaining >= limit.limit * kShortShare) {
    short_until_ = {};
    return;
  }
  short_rate_ =
      std::max(kLeastRequestsPerSecond, limit.remaining * kOurShare / to_seconds(limit.window));
  short_until_ = now + limit.window;
  requests_left_ = std::min(requests_left_, 1.0);  // what was saved up before counts no more
}

void RegistryBudget::reached(TimePoint now) {
  unreachable_ = 0;
  if (slowdown_ == 1 || now < slowed_at_ + kSpeedUpAfter) return;
  slowdown_ /= 2;
  slowed_at_ = now;
}

void RegistryBudget::failed(const RegistryFailure& failure, TimePoint now) {
  switch (failure.kind) {
    case RegistryFailureKind::kRateLimited:
      refill(now);
      if (now >= paused_until_) {  // not another check of the same moment
        slowdown_ = std::min(slowdown_ * 2, kMostSlowdown);
        slowed_at_ = now;
      }
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
    case RegistryFailureKind::kFewReadsLeft:
    case RegistryFailureKind::kNoMatch:
    case RegistryFailureKind::kInconsistent: reached(now); break;
  }
}

void RegistryBudget::refill(TimePoint now) {
  if (now > refilled_at_) {
    const double most = now < short_until_ ? 1.0 : burst();
    requests_left_ = std::min(most, requests_left_ + to_seconds(now - refilled_at_) * rate(now));
    refilled_at_ = now;
  }
}

}  // namespace freshet
