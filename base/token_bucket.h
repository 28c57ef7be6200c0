// Few where many come: a bucket that fills by so many a second, up to a burst.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace freshet {

struct TokenRate {
  double per_second = 0;
  double burst = 0;
};

// Not thread-safe. `now` may be of any clock that is always the same one.
class TokenBucket {
 public:
  explicit TokenBucket(TokenRate rate) : rate_(rate), left_(rate.burst) {}

  bool has_some(TimePoint now) {
    if (now > filled_at_) {
      left_ = std::min(rate_.burst, left_ + to_seconds(now - filled_at_) * rate_.per_second);
    }
    filled_at_ = now;
    return left_ >= 1;
  }
  // One spending may take it below zero.
  void spend(double tokens) { left_ -= tokens; }

 private:
  TokenRate rate_;
  double left_;
  TimePoint filled_at_{};
};

}  // namespace freshet
