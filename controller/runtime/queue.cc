// The keyed queue.
#include "controller/runtime/queue.h"

#include <algorithm>

namespace freshet {

namespace {

TimePoint order_time(TimePoint at, bool urgent) { return urgent ? TimePoint::min() : at; }

}  // namespace

void KeyedQueue::put(const ServiceKey& key, Entry entry) {
  erase(key);
  due_[key] = entry;
  order_.emplace(order_time(entry.at, entry.urgent), key);
}

void KeyedQueue::erase(const ServiceKey& key) {
  const auto found = due_.find(key);
  if (found == due_.end()) return;
  order_.erase({order_time(found->second.at, found->second.urgent), key});
  due_.erase(found);
}

void KeyedQueue::add(const ServiceKey& key, TimePoint at) {
  if (const auto working = working_.find(key); working != working_.end()) {
    auto& again = working->second;
    if (!again || at < again->at) again = Entry{at, again ? again->urgent : false};
    return;
  }
  const auto found = due_.find(key);
  if (found != due_.end() && found->second.at <= at) return;
  put(key, Entry{at, found != due_.end() && found->second.urgent});
}

void KeyedQueue::add_urgent(const ServiceKey& key, TimePoint now) {
  if (const auto working = working_.find(key); working != working_.end()) {
    working->second = Entry{now, true};
    return;
  }
  put(key, Entry{now, true});
}

std::optional<ServiceKey> KeyedQueue::take(TimePoint now) {
  if (order_.empty() || order_.begin()->first > now) return std::nullopt;
  const ServiceKey key = order_.begin()->second;
  erase(key);
  working_.emplace(key, std::nullopt);
  return key;
}

void KeyedQueue::done(const ServiceKey& key, std::optional<TimePoint> next) {
  failures_.erase(key);
  const auto working = working_.find(key);
  if (working == working_.end()) return;  // forgotten meanwhile
  std::optional<Entry> again = working->second;
  working_.erase(working);
  if (next && (!again || *next < again->at)) again = Entry{*next, again && again->urgent};
  if (again) put(key, *again);
}

void KeyedQueue::failed(const ServiceKey& key, TimePoint now, Duration at_least) {
  const auto working = working_.find(key);
  if (working == working_.end()) return;
  working_.erase(working);
  const int count = std::min(failures_[key]++, 20);
  const Duration backoff = std::min<Duration>(kFirstBackoff * (1LL << count), kLongestBackoff);
  put(key, Entry{now + std::max(backoff, at_least), false});
}

void KeyedQueue::forget(const ServiceKey& key) {
  erase(key);
  working_.erase(key);
  failures_.erase(key);
}

std::optional<TimePoint> KeyedQueue::next_due() const {
  if (order_.empty()) return std::nullopt;
  return order_.begin()->first;
}

int KeyedQueue::failures(const ServiceKey& key) const {
  const auto found = failures_.find(key);
  return found == failures_.end() ? 0 : found->second;
}

}  // namespace freshet
