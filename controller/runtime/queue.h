// The keyed queue: which service is looked at next, and when. Values only; its owner locks it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/time.h"
#include "controller/model/names.h"

namespace freshet {

// Repeated failures of one key wait 0.5 s, 1 s, 2 s … up to this.
inline constexpr Duration kFirstBackoff{500};
inline constexpr Duration kLongestBackoff = minutes(5);
inline constexpr Duration kLongestUrgentBackoff = seconds(5);

// A key is in the queue at most once and handed to one worker at a time; a key added while it is
// being worked on comes back right after. Urgent keys go before everything else that is due.
class KeyedQueue {
 public:
  // Due at `at` or earlier, if an earlier time is already noted.
  void add(const ServiceKey& key, TimePoint at);
  // Urgent: users' requests are at stake (a candidate has some, or is being taken back).
  void set_urgent(const ServiceKey& key, bool urgent);

  // The next due key, marked as being worked on; urgent ones first, then the longest due.
  std::optional<ServiceKey> take(TimePoint now);

  // Work on the key has ended well: failures are forgotten; it comes back at `next` if given, or at
  // once if it was added meanwhile.
  void done(const ServiceKey& key, std::optional<TimePoint> next);
  // Work has failed: it comes back after a backoff that doubles with each failure, at least
  // `at_least`.
  void failed(const ServiceKey& key, TimePoint now, Duration at_least = Duration{0});
  void forget(const ServiceKey& key);

  std::optional<TimePoint> next_due() const;  // of keys not being worked on
  std::size_t size() const { return due_.size(); }
  int failures(const ServiceKey& key) const;

 private:
  using Order = std::set<std::pair<TimePoint, ServiceKey>>;

  Order& order_of(const ServiceKey& key) { return urgent_.contains(key) ? urgent_order_ : order_; }
  void put(const ServiceKey& key, TimePoint at);
  void erase(const ServiceKey& key);

  std::map<ServiceKey, TimePoint> due_;
  Order order_;         // of due_ but for the urgent
  Order urgent_order_;  // of due_ and urgent
  std::set<ServiceKey> urgent_;
  std::map<ServiceKey, std::optional<TimePoint>> working_;  // value: added again meanwhile
  std::map<ServiceKey, int> failures_;
};

}  // namespace freshet
