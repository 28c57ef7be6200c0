// The keyed queue: which service is looked at next, and when. Values only; its owner locks it.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/time.h"
#include "controller/model/names.h"

namespace freshet {

// Repeated failures of one key wait 0.5 s, 1 s, 2 s … up to this.
inline constexpr Duration kFirstBackoff{500};
inline constexpr Duration kLongestBackoff = minutes(5);
inline constexpr Duration kLongestUrgentBackoff = seconds(5);

// What goes before what, of all that is due.
enum class Priority {
  kRetreat,  // traffic is to be taken back: a person said so, or a write of it failed
  kAtStake,  // the candidate has users' requests, or is being taken back
  kActive,   // a rollout without users' requests yet
  kRest,
};
inline constexpr std::size_t kPriorities = 4;

// A key is in the queue at most once and handed to one worker at a time; a key added while it is
// being worked on comes back right after. Of one priority, namespaces take turns: one of thousands
// of services does not keep one of a single service waiting. Every call costs O(log n).
class KeyedQueue {
 public:
  // Due at `at` or earlier, if an earlier time is already noted.
  void add(const ServiceKey& key, TimePoint at);
  void set_priority(const ServiceKey& key, Priority priority);
  Priority priority(const ServiceKey& key) const;  // kRest unless set

  // The next due key, marked as being worked on: of the highest priority, of the namespace whose
  // turn it is, the longest due. `lowest`: nothing of a lower priority is wanted.
  std::optional<ServiceKey> take(TimePoint now, Priority lowest = Priority::kRest);

  // Work on the key has ended well: failures are forgotten; it comes back at `next` if given, or at
  // once if it was added meanwhile.
  void done(const ServiceKey& key, std::optional<TimePoint> next);
  // Work has failed: it comes back after a backoff that doubles with each failure, at least
  // `at_least`; after the first of these backoffs if it was added meanwhile.
  void failed(const ServiceKey& key, TimePoint now, Duration at_least = Duration{0});

  // Of keys not being worked on; with `lowest`, when one of that priority may be due at the
  // soonest.
  std::optional<TimePoint> next_due(Priority lowest = Priority::kRest) const;
  std::size_t size() const { return due_.size(); }

 private:
  using Order = std::set<std::pair<TimePoint, ServiceKey>>;
  // Keys that are due, of one priority.
  struct Lane {
    std::map<std::string, Order> by_namespace;  // none is empty
    std::string served;                         // the namespace that had its turn last
  };
  struct Due {
    TimePoint at{};
    bool in_lane = false;  // else it waits in later_
  };

  Lane& lane_of(const ServiceKey& key);
  void put(const ServiceKey& key, TimePoint at);
  void erase(const ServiceKey& key);
  void to_lane(const ServiceKey& key, TimePoint at);
  void out_of_lane(const ServiceKey& key, TimePoint at);

  std::map<ServiceKey, Due> due_;
  Order later_;  // of due_, those that take() did not find due yet
  std::array<Lane, kPriorities> lanes_;
  std::map<ServiceKey, Priority> priorities_;               // but for kRest
  std::map<ServiceKey, std::optional<TimePoint>> working_;  // value: added again meanwhile
  std::map<ServiceKey, int> failures_;
};

}  // namespace freshet
