// What the watches and the planner tell, as events for listeners.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "controller/api/events.h"
#include "controller/kube/watch.h"
#include "controller/model/transition.h"

namespace freshet::api {

// A service's state at a glance. Pure.
Json state_json(const Json& tracked);
// What happened to it. Pure.
Json transition_json(const ServiceKey& key, const Fact& fact, const std::optional<Core>& core,
                     TimePoint now);

// Thread-safe.
class Changes {
 public:
  explicit Changes(Events& events) : events_(events) {}
  // Of TrackedServices: "service" where its state has changed, "gone" where it is no more.
  void hear(const std::string& name_space, const WatchEvent& event);
  // "transition".
  void hear(const ServiceKey& key, const Fact& fact, const std::optional<Core>& core,
            TimePoint now);

 private:
  void put(const Json& tracked);
  void remove(const ServiceKey& key);
  void keep_only(const std::string& name_space, const std::set<std::string>& present);

  Events& events_;
  std::mutex mutex_;
  std::map<ServiceKey, std::uint64_t> known_;  // a hash of what was told
};

}  // namespace freshet::api
