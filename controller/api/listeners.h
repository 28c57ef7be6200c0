// Those who listen to events: let in by what the cluster says, and looked at again now and then.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "controller/api/callers.h"
#include "controller/api/events.h"

namespace freshet::api {

inline constexpr Duration kListenerRechecked = seconds(30);
inline constexpr Duration kListenerTrusted = seconds(90);  // where the cluster cannot be asked

// The next bytes: "" none now, nullopt the end. Returns at once.
using Stream = std::function<std::optional<std::string>()>;

// Thread-safe.
class Listeners {
 public:
  Listeners(Events& events, Callers& callers, const Clock& clock)
      : events_(events), callers_(callers), clock_(clock) {}

  // Of a caller who may watch `scope`; 429 where there are too many.
  std::variant<Stream, Problem> open(const HttpHeaders& headers, const Caller& caller,
                                     const ServiceKey& scope);
  // Asks the cluster again about those who are due, and drops who may not listen any more. To be
  // called every second or so; it waits for the cluster.
  void recheck();

 private:
  struct Open {
    std::weak_ptr<Events::Listener> listener;
    HttpHeaders headers;  // with the token, to be looked at again; never told
    ServiceKey scope;
    Duration confirmed{};  // monotonic
    Duration due{};
  };
  // Whether it may go on.
  bool look_at(Open& open);

  Events& events_;
  Callers& callers_;
  const Clock& clock_;
  std::mutex mutex_;
  std::vector<Open> open_;
};

}  // namespace freshet::api
