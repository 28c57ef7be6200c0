// Watcher: runs the list and watch of one kind against the API, handing events to a callback.
#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "controller/kube/client.h"
#include "controller/kube/watch.h"

namespace freshet {

// One thread runs it (run_once or run_until_stopped); in_sync() and error() may be asked from any.
class Watcher {
 public:
  using OnEvent = std::function<void(const WatchEvent&)>;
  using OnTold = std::function<void(const Error*)>;
  using Random = std::function<double()>;  // 0 … 1

  Watcher(KubeClient& client, const Clock& clock, WatchOptions options, OnEvent on_event,
          Random random, OnTold on_told = nullptr);

  // One request, if one is due: a page of a list, or a watch until it ends. Returns when the next
  // is due. Events arrive in the calling thread, during the call.
  TimePoint run_once();

  // Until stop() is true, asked a few times a second between requests. A watch that is open ends
  // by the transport's own stop.
  void run_until_stopped(const std::function<bool()>& stop);

  bool in_sync() const;                // everything was listed once
  bool is_refused() const;             // before that, the server said once: forbidden, not found
  std::optional<Error> error() const;  // why the last exchange failed, if it did

 private:
  void hand_on(const std::vector<WatchEvent>& events);
  void publish();

  KubeClient& client_;
  const Clock& clock_;
  OnEvent on_event_;
  OnTold on_told_;  // after each exchange, and with events: why it failed, or null; in its thread
  Random random_;
  Watch watch_;
  mutable std::mutex mutex_;  // of what follows
  bool in_sync_ = false;
  bool is_refused_ = false;
  std::optional<Error> error_;
};

}  // namespace freshet
