// What is known of the watches themselves: which namespaces have been read, which watches fail.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/result.h"
#include "controller/kube/watch.h"
#include "controller/runtime/cache.h"
#include "controller/runtime/log.h"
#include "controller/runtime/metrics.h"

namespace freshet {

// What may pass by itself (a connection that broke) is told once it has lasted so long.
inline constexpr Duration kTellFailingWatchAfter = minutes(1);

// Thread-safe.
class WatchBook {
 public:
  WatchBook(const Clock& clock, Metrics& metrics, const Log& log)
      : clock_(clock), metrics_(metrics), log_(log) {}

  // Before the watch runs; "": of all namespaces. Until all that are expected of a namespace have
  // listed what there is, it has not been read.
  void expect(Kind kind, const std::string& name_space);
  // True: with this, all of them have, or what changes is heard of again.
  bool listed(Kind kind, const std::string& name_space);
  bool is_read(const std::string& name_space) const;

  // After each exchange of a watch: why it failed, or null. Log and metrics are told once that it
  // fails, and once that it does not any more. True: who waited for it to be heard again may go on.
  bool note(Kind kind, const std::string& name_space, const Error* error);

  // Why what changes in this namespace would not be heard: a watch that has failed for kDeafAfter;
  // "" where it would be.
  std::string unheard(const std::string& name_space) const;

 private:
  struct Health {
    std::optional<Duration> fails_since;  // monotonic
    bool is_told = false;
    Duration heard{};  // when all there is was listed
    std::string deaf;  // why
  };

  const Clock& clock_;
  Metrics& metrics_;
  const Log& log_;
  mutable std::mutex mutex_;
  std::map<std::string, std::set<Kind>> unread_;  // by namespace
  std::map<std::pair<Kind, std::string>, Health> health_;
};

}  // namespace freshet
