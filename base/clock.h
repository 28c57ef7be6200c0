// Clock: where the shell reads time and waits. Everything that decides takes a TimePoint instead.
#pragma once

#include <functional>

#include "base/relapse.h"
#include "base/time.h"

namespace freshet {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;  // wall time
  // Since an arbitrary start; never goes back, and goes on while the machine is suspended.
  virtual Duration monotonic() const = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
  Duration monotonic() const override;
};

// Goes on evenly from what another clock's wall said at first: what waits is neither late nor early
// when that wall is set anew. How far it is off is for its user to find out (KubeClient does, from
// the server's Dates).
class SteadyClock final : public Clock {
 public:
  explicit SteadyClock(const Clock& clock)
      : clock_(clock), ahead_(clock.now() - TimePoint(clock.monotonic())) {}
  TimePoint now() const override {
    if (relapsed(Relapse::kWallClock)) return clock_.now();
    return TimePoint(clock_.monotonic()) + ahead_;
  }
  Duration monotonic() const override { return clock_.monotonic(); }

 private:
  const Clock& clock_;
  const Duration ahead_;
};

// A clock that moves only when told to.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start) : now_(start) {}
  TimePoint now() const override { return now_; }
  Duration monotonic() const override { return now_.time_since_epoch(); }
  void advance(Duration d) { now_ += d; }
  void set(TimePoint t) { now_ = t; }

 private:
  TimePoint now_;
};

inline constexpr milliseconds kStopEvery{200};

// Sleeps the calling thread; the only sleep in the project, for the demo's pacing and the shell.
void sleep_for(Duration d);
// The same, but no longer than until `stop` is true, which is asked each kStopEvery.
void sleep_for(Duration d, const Clock& clock, const std::function<bool()>& stop);

}  // namespace freshet
