// Clock: where the shell reads time and waits. Everything that decides takes a TimePoint instead.
#pragma once

#include "base/time.h"

namespace freshet {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;       // wall time
  virtual Duration monotonic() const = 0;  // since an arbitrary start; never goes back
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
  Duration monotonic() const override;
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

// Sleeps the calling thread; the only sleep in the project, for the demo's pacing and the shell.
void sleep_for(Duration d);

}  // namespace freshet
