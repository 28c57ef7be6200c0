// ServerClock: wall time by the API server, as far as its answers have told.
#pragma once

#include "base/clock.h"
#include "controller/kube/client.h"

namespace freshet {

// What is kept in objects, or compared with what is kept there, goes by this one: it is the same
// for all replicas, and a machine whose own clock is wrong shortens no wait.
class ServerClock final : public Clock {
 public:
  ServerClock(const Clock& machine, const KubeClient& kube) : machine_(machine), kube_(kube) {}
  TimePoint now() const override { return machine_.now() + kube_.clock_offset(); }
  Duration monotonic() const override { return machine_.monotonic(); }

 private:
  const Clock& machine_;
  const KubeClient& kube_;
};

}  // namespace freshet
