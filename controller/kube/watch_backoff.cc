// How long a watch waits after a failure.
#include "controller/kube/watch_backoff.h"

#include <algorithm>

namespace freshet {

Duration WatchBackoff::next(TimePoint now, double random) {
  const bool fresh = base_ == Duration::zero() || now - last_ > kWatchBackoffReset;
  base_ =
      fresh ? Duration(kWatchBackoffFirst) : std::min<Duration>(base_ * 2, kWatchBackoffLongest);
  last_ = now;
  const double share = 1.0 - std::clamp(random, 0.0, 1.0) / 2;
  return Duration(static_cast<Duration::rep>(static_cast<double>(base_.count()) * share));
}

}  // namespace freshet
