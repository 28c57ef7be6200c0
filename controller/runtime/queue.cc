// The keyed queue.
#include "controller/runtime/queue.h"

#include <algorithm>
#include <span>

namespace freshet {

namespace {

// The lanes of this priority and higher ones, the highest first.
template <class Lanes>
auto wanted(Lanes& lanes, Priority lowest) {
  return std::span(lanes).first(static_cast<std::size_t>(lowest) + 1);
}

}  // namespace

Priority KeyedQueue::priority(const ServiceKey& key) const {
  const auto found = priorities_.find(key);
  return found == priorities_.end() ? Priority::kRest : found->second;
}

KeyedQueue::Lane& KeyedQueue::lane_of(const ServiceKey& key) {
  return lanes_.at(static_cast<std::size_t>(priority(key)));
}

void KeyedQueue::to_lane(const ServiceKey& key, TimePoint at) {
  lane_of(key).by_namespace[key.name_space].emplace(at, key);
}

void KeyedQueue::out_of_lane(const ServiceKey& key, TimePoint at) {
  auto& by_namespace = lane_of(key).by_namespace;
  const auto found = by_namespace.find(key.name_space);
  found->second.erase({at, key});
  if (found->second.empty()) by_namespace.erase(found);
}

void KeyedQueue::put(const ServiceKey& key, TimePoint at) {
  erase(key);
  due_[key] = {at, false};
  later_.emplace(at, key);
}

void KeyedQueue::erase(const ServiceKey& key) {
  const auto found = due_.find(key);
  if (found == due_.end()) return;
  if (found->second.in_lane) out_of_lane(key, found->second.at);
  if (!found->second.in_lane) later_.erase({found->second.at, key});
  due_.erase(found);
}

void KeyedQueue::add(const ServiceKey& key, TimePoint at) {
  if (const auto working = working_.find(key); working != working_.end()) {
    auto& again = working->second;
    if (!again || at < *again) again = at;
    return;
  }
  const auto found = due_.find(key);
  if (found == due_.end() || at < found->second.at) put(key, at);
}

void KeyedQueue::set_priority(const ServiceKey& key, Priority wanted) {
  if (priority(key) == wanted) return;
  const auto found = due_.find(key);
  const bool in_lane = found != due_.end() && found->second.in_lane;
  if (in_lane) out_of_lane(key, found->second.at);
  priorities_[key] = wanted;
  if (wanted == Priority::kRest) priorities_.erase(key);
  if (in_lane) to_lane(key, found->second.at);
}

std::optional<ServiceKey> KeyedQueue::take(TimePoint now, Priority lowest) {
  while (!later_.empty() && later_.begin()->first <= now) {
    const auto [at, key] = later_.extract(later_.begin()).value();
    due_[key].in_lane = true;
    to_lane(key, at);
  }
  for (Lane& lane : wanted(lanes_, lowest)) {
    if (lane.by_namespace.empty()) continue;
    auto turn = lane.by_namespace.upper_bound(lane.served);
    if (turn == lane.by_namespace.end()) turn = lane.by_namespace.begin();
    lane.served = turn->first;
    const ServiceKey key = turn->second.begin()->second;
    erase(key);
    working_.emplace(key, std::nullopt);
    return key;
  }
  return std::nullopt;
}

void KeyedQueue::done(const ServiceKey& key, std::optional<TimePoint> next) {
  failures_.erase(key);
  const auto working = working_.find(key);
  if (working == working_.end()) return;
  std::optional<TimePoint> again = working->second;
  working_.erase(working);
  if (next && (!again || *next < *again)) again = next;
  if (again) put(key, *again);
}

void KeyedQueue::failed(const ServiceKey& key, TimePoint now, Duration at_least) {
  const auto working = working_.find(key);
  if (working == working_.end()) return;
  const std::optional<TimePoint> asked = working->second;
  working_.erase(working);
  const int count = std::min(failures_[key]++, 20);
  const bool is_urgent = priority(key) <= Priority::kAtStake;
  const Duration longest = is_urgent ? kLongestUrgentBackoff : kLongestBackoff;
  const Duration backoff = std::min<Duration>(kFirstBackoff * (1LL << count), longest);
  TimePoint again = now + std::max(backoff, at_least);
  if (asked) again = std::min(again, std::max(*asked, now + std::max(kFirstBackoff, at_least)));
  put(key, again);
}

std::optional<TimePoint> KeyedQueue::next_due(Priority lowest) const {
  for (const Lane& lane : wanted(lanes_, lowest)) {
    if (!lane.by_namespace.empty()) return lane.by_namespace.begin()->second.begin()->first;
  }
  if (later_.empty()) return std::nullopt;
  return later_.begin()->first;
}

}  // namespace freshet
