// The one file that reads the machine's clocks and sleeps.
#include "base/clock.h"

#include <time.h>

#include <algorithm>
#include <thread>

namespace freshet {

TimePoint SystemClock::now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

// steady_clock stands still while the machine is suspended: a lease runs out meanwhile.
Duration SystemClock::monotonic() const {
  timespec t{};
  clock_gettime(CLOCK_BOOTTIME, &t);
  return std::chrono::duration_cast<Duration>(seconds(t.tv_sec) +
                                              std::chrono::nanoseconds(t.tv_nsec));
}

void sleep_for(Duration d) { std::this_thread::sleep_for(d); }

void sleep_for(Duration d, const Clock& clock, const std::function<bool()>& stop) {
  const Duration until = clock.monotonic() + d;
  for (Duration left = d; left > Duration::zero() && !stop(); left = until - clock.monotonic()) {
    sleep_for(std::min<Duration>(left, kStopEvery));
  }
}

}  // namespace freshet
