// How many rollouts may go on at once.
#include "controller/runtime/slots.h"

#include <algorithm>

namespace freshet {

bool Slots::take(const ServiceKey& key, bool active, TimePoint now, int& place) {
  const std::lock_guard lock(mutex_);
  place = 0;
  if (active) {
    active_.insert(key);
    waiting_.erase(key);
    return true;
  }
  active_.erase(key);
  const auto here = std::count_if(active_.begin(), active_.end(), [&](const ServiceKey& other) {
    return other.name_space == key.name_space;
  });
  if (static_cast<int>(active_.size()) < in_cluster_ && here < in_namespace_) {
    waiting_.erase(key);
    return true;
  }
  const TimePoint since = waiting_.emplace(key, now).first->second;
  place = 1;
  for (const auto& [other, at] : waiting_) place += other != key && at < since;
  return false;
}

void Slots::forget(const ServiceKey& key) {
  const std::lock_guard lock(mutex_);
  active_.erase(key);
  waiting_.erase(key);
}

}  // namespace freshet
