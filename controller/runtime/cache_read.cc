// What passes read of the caches.
#include <algorithm>
#include <tuple>

#include "controller/runtime/cache.h"
#include "controller/runtime/urgency.h"

namespace freshet {

namespace {

template <class Map>
const typename Map::mapped_type* find_in(const Map& map, const typename Map::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

bool Cache::is_tracked(const ServiceKey& service) const {
  const auto found = trackers_.find(service);
  return found != trackers_.end() && !found->second.empty();
}

bool Cache::is_left(const ServiceKey& service) const {
  const auto keys = tracker_keys(service);
  return std::ranges::all_of(keys, [this](const ServiceKey& key) {
    const auto found = tracked_.find(key);
    return found == tracked_.end() || found->second.object.deleting;
  });
}

const ServiceView* Cache::known(const ServiceKey& service) const {
  const auto found = services_.find(service);
  return found == services_.end() || !is_tracked(service) ? nullptr : &found->second;
}

std::optional<CachedTracked> Cache::tracked(const ServiceKey& key) const {
  const std::lock_guard lock(mutex_);
  const CachedTracked* found = find_in(tracked_, key);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<ServiceView> Cache::service(const ServiceKey& key) const {
  const std::lock_guard lock(mutex_);
  const ServiceView* found = find_in(services_, key);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::map<RevisionName, RevisionView> Cache::revisions(const ServiceKey& service) const {
  const std::lock_guard lock(mutex_);
  const Revisions* found = find_in(revisions_, service);
  return found == nullptr ? std::map<RevisionName, RevisionView>() : found->views;
}

std::vector<ServiceKey> Cache::bound_by(const Policy& policy, const std::string& name_space) const {
  const std::lock_guard lock(mutex_);
  std::vector<ServiceKey> out;
  for (const auto& [key, tracked] : tracked_) {
    if (!name_space.empty() && key.name_space != name_space) continue;
    if (selects(policy, tracked.object.labels)) out.push_back(key);
  }
  return out;
}

std::string Cache::oldest_tracker(const ServiceKey& service) const {
  const std::lock_guard lock(mutex_);
  const CachedTracked* oldest = nullptr;
  const auto age = [](const CachedTracked& one) {
    return std::tuple(one.object.created.value_or(TimePoint::max()), one.object.name);
  };
  for (const ServiceKey& key : tracker_keys(service)) {
    const CachedTracked& each = tracked_.at(key);
    if (oldest == nullptr || age(each) < age(*oldest)) oldest = &each;
  }
  return oldest == nullptr ? "" : oldest->object.name;
}

TrackedServiceStatus Cache::take_status(const ServiceKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = untaken_.extract(key);
  return found ? std::move(found.mapped()) : TrackedServiceStatus{};
}

Priority Cache::priority(const ServiceKey& key) const {
  const std::lock_guard lock(mutex_);
  const CachedTracked* tracked = find_in(tracked_, key);
  if (tracked == nullptr) return Priority::kRest;
  const Priority* found = find_in(priorities_, tracked->service());
  if (found == nullptr) return Priority::kRest;
  return asks_for_retreat(tracked->object.annotations) ? Priority::kRetreat : *found;
}

std::string Cache::problem(const ServiceKey& service) const {
  const std::lock_guard lock(mutex_);
  const std::string* found = find_in(problems_, service);
  return found == nullptr ? "" : *found;
}

}  // namespace freshet
