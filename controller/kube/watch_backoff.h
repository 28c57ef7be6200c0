// How long a watch waits after a failure. Source: client-go tools/cache/reflector.go.
#pragma once

#include "base/time.h"

namespace freshet {

inline constexpr milliseconds kWatchBackoffFirst{800};
inline constexpr seconds kWatchBackoffLongest{30};
inline constexpr minutes kWatchBackoffReset{2};  // without a failure

// Doubles from kWatchBackoffFirst to kWatchBackoffLongest; each wait is between half of that and
// all of it, so that a thousand watches do not come back at once.
class WatchBackoff {
 public:
  Duration next(TimePoint now, double random);  // random: 0 … 1

 private:
  Duration base_{0};
  TimePoint last_{};
};

}  // namespace freshet
