// Slots: how many rollouts may go on at once, and who waits for a place.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "controller/model/names.h"
#include "controller/model/transition.h"

namespace freshet {

// Thread-safe. A call costs O(log n): with all places taken ten thousand services may wait.
class Slots {
 public:
  // Where a service stands once its pass has decided.
  enum class Standing {
    kActive,   // it has a rollout, and with it a place that it keeps
    kWaiting,  // it would begin one if there were a place
    kNone,
  };

  Slots(int in_cluster, int in_namespace) : in_cluster_(in_cluster), in_namespace_(in_namespace) {}

  // Is there a place for `key`? If not, `place` says where in the queue it is or would be, 1 being
  // next: services queue in the order in which they began to wait.
  bool has_place(const ServiceKey& key, int& place);
  void settle(const ServiceKey& key, Standing standing);

 private:
  void stop_waiting(const ServiceKey& key);

  const int in_cluster_;
  const int in_namespace_;
  std::mutex mutex_;
  std::set<ServiceKey> active_;
  std::map<std::string, int> active_in_;         // of active_, by namespace; none is 0
  std::map<ServiceKey, std::uint64_t> waiting_;  // each with its ticket
  std::vector<std::uint64_t> tickets_;           // of waiting_, rising
  std::uint64_t last_ticket_ = 0;
};

// It has a rollout of our own.
bool takes_place(const Core& core);
Slots::Standing standing_after(const Transition& transition);

}  // namespace freshet
