// Slots: how many rollouts may go on at once, and who waits for a place.
#pragma once

#include <map>
#include <mutex>
#include <set>

#include "base/time.h"
#include "controller/model/names.h"

namespace freshet {

// Thread-safe. Places are given in the order in which services began to wait; who has one keeps it.
class Slots {
 public:
  Slots(int in_cluster, int in_namespace) : in_cluster_(in_cluster), in_namespace_(in_namespace) {}

  // Is there a place for `key`, which has a rollout (`active`) or might begin one? If not, `place`
  // is its place in the queue, 1 being next.
  bool take(const ServiceKey& key, bool active, TimePoint now, int& place);
  void forget(const ServiceKey& key);

 private:
  const int in_cluster_;
  const int in_namespace_;
  std::mutex mutex_;
  std::set<ServiceKey> active_;
  std::map<ServiceKey, TimePoint> waiting_;  // since when
};

}  // namespace freshet
