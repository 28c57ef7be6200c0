// A simulated world's time as a Clock.
#pragma once

#include "base/clock.h"
#include "controller/sandbox/world.h"

namespace freshet {

class WorldClock final : public Clock {
 public:
  explicit WorldClock(const sandbox::World& world) : world_(world) {}
  TimePoint now() const override { return world_.now() + error; }
  Duration monotonic() const override { return world_.now().time_since_epoch(); }

  Duration error{};  // how far the wall clock is ahead of everybody else's

 private:
  const sandbox::World& world_;
};

}  // namespace freshet
