// How many rollouts may go on at once.
#include "controller/runtime/slots.h"

#include <algorithm>

#include "controller/model/shadow.h"

namespace freshet {

bool Slots::has_place(const ServiceKey& key, int& place) {
  const std::lock_guard lock(mutex_);
  place = 0;
  if (active_.contains(key)) return true;
  const auto here = active_in_.find(key.name_space);
  const bool has_room = here == active_in_.end() || here->second < in_namespace_;
  if (has_room && static_cast<int>(active_.size()) < in_cluster_) return true;
  const auto waiting = waiting_.find(key);
  const auto before = waiting == waiting_.end()
                          ? tickets_.end()
                          : std::ranges::lower_bound(tickets_, waiting->second);
  place = static_cast<int>(before - tickets_.begin()) + 1;
  return false;
}

void Slots::settle(const ServiceKey& key, Standing standing) {
  const std::lock_guard lock(mutex_);
  if (standing == Standing::kActive && active_.insert(key).second) ++active_in_[key.name_space];
  if (standing != Standing::kActive && active_.erase(key) > 0) {
    const auto here = active_in_.find(key.name_space);
    if (--here->second == 0) active_in_.erase(here);
  }
  if (standing != Standing::kWaiting) return stop_waiting(key);
  if (waiting_.emplace(key, last_ticket_ + 1).second) tickets_.push_back(++last_ticket_);
}

void Slots::stop_waiting(const ServiceKey& key) {
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return;
  tickets_.erase(std::ranges::lower_bound(tickets_, found->second));
  waiting_.erase(found);
}

bool takes_place(const Core& core) {
  return !is_shadow(core) && active_rollout(core.phase) != nullptr;
}

Slots::Standing standing_after(const Transition& transition) {
  const auto& core = transition.core;
  if (core && takes_place(*core)) return Slots::Standing::kActive;
  const bool waits = std::ranges::any_of(transition.explanation.holds, [](const HoldStatus& hold) {
    return hold.reason == kQueuedHold;
  });
  return waits ? Slots::Standing::kWaiting : Slots::Standing::kNone;
}

}  // namespace freshet
