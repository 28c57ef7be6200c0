// The keyed queue.
#include "controller/runtime/queue.h"

#include <algorithm>

namespace freshet {

void KeyedQueue::put(const ServiceKey& key, TimePoint at) {
  erase(key);
  due_[key] = at;
  order_of(key).emplace(at, key);
}

void KeyedQueue::erase(const ServiceKey& key) {
  const auto found = due_.find(key);
  if (found == due_.end()) return;
  order_of(key).erase({found->second, key});
  due_.erase(found);
}

void KeyedQueue::add(const ServiceKey& key, TimePoint at) {
  if (const auto working = working_.find(key); working != working_.end()) {
    auto& again = working->second;
    if (!again || at < *again) again = at;
    return;
  }
  const auto found = due_.find(key);
  if (found == due_.end() || at < found->second) put(key, at);
}

void KeyedQueue::set_urgent(const ServiceKey& key, bool urgent) {
  if (urgent_.contains(key) == urgent) return;
  const auto found = due_.find(key);
  const std::optional<TimePoint> due =
      found == due_.end() ? std::nullopt : std::optional(found->second);
  erase(key);
  if (urgent) urgent_.insert(key);
  if (!urgent) urgent_.erase(key);
  if (due) put(key, *due);
}

std::optional<ServiceKey> KeyedQueue::take(TimePoint now) {
  for (const Order* order : {&urgent_order_, &order_}) {
    if (order->empty() || order->begin()->first > now) continue;
    const ServiceKey key = order->begin()->second;
    erase(key);
    working_.emplace(key, std::nullopt);
    return key;
  }
  return std::nullopt;
}

void KeyedQueue::done(const ServiceKey& key, std::optional<TimePoint> next) {
  failures_.erase(key);
  const auto working = working_.find(key);
  if (working == working_.end()) return;  // forgotten meanwhile
  std::optional<TimePoint> again = working->second;
  working_.erase(working);
  if (next && (!again || *next < *again)) again = next;
  if (again) put(key, *again);
}

void KeyedQueue::failed(const ServiceKey& key, TimePoint now, Duration at_least) {
  const auto working = working_.find(key);
  if (working == working_.end()) return;
  working_.erase(working);
  const int count = std::min(failures_[key]++, 20);
  const Duration longest = urgent_.contains(key) ? kLongestUrgentBackoff : kLongestBackoff;
  const Duration backoff = std::min<Duration>(kFirstBackoff * (1LL << count), longest);
  put(key, now + std::max(backoff, at_least));
}

void KeyedQueue::forget(const ServiceKey& key) {
  erase(key);
  urgent_.erase(key);
  working_.erase(key);
  failures_.erase(key);
}

std::optional<TimePoint> KeyedQueue::next_due() const {
  std::optional<TimePoint> next;
  for (const Order* order : {&urgent_order_, &order_}) {
    if (!order->empty()) next = std::min(next.value_or(TimePoint::max()), order->begin()->first);
  }
  return next;
}

int KeyedQueue::failures(const ServiceKey& key) const {
  const auto found = failures_.find(key);
  return found == failures_.end() ? 0 : found->second;
}

}  // namespace freshet
