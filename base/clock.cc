// The one file that reads the machine's clocks and sleeps.
#include "base/clock.h"

#include <thread>

namespace freshet {

TimePoint SystemClock::now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

Duration SystemClock::monotonic() const {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

void sleep_for(Duration d) { std::this_thread::sleep_for(d); }

}  // namespace freshet
