// What happens, for those who listen: a bounded memory of events, and a place in it for each
// listener. Nobody who listens slowly keeps anybody waiting: whoever falls out of the memory is
// dropped.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/time.h"
#include "controller/model/names.h"

namespace freshet::api {

inline constexpr std::size_t kMaxEventsKept = 4096;
inline constexpr std::size_t kMaxEventBytesKept = 4 << 20;
inline constexpr std::size_t kMaxEventBytes = 16 << 10;  // of one; longer ones are cut out
inline constexpr std::size_t kMaxListeners = 64;
inline constexpr std::size_t kMaxListenersOfOne = 8;
inline constexpr std::size_t kMaxEventBatch = 64 << 10;  // bytes that are handed out at once
inline constexpr Duration kHeartbeat = seconds(15);

// Which services one listener hears of: of a name, of a namespace (name ""), or all (both "").
bool is_within(const ServiceKey& scope, const ServiceKey& key);

// Thread-safe.
class Events {
 public:
  // One listener; its place is given back when it is destroyed.
  struct Listener {
    ServiceKey scope;
    std::string user;
    std::uint64_t heard = 0;  // the last event that was looked at
    bool is_dropped = false;
    Duration said_at{};  // monotonic
    std::string first;   // said before all else
  };
  using ListenerPtr = std::shared_ptr<Listener>;

  // `epoch` tells the ids of this process from those of any other: letters and digits.
  explicit Events(std::string epoch) : epoch_(std::move(epoch)) {}

  // `type` is a word, `data` an object.
  void tell(std::string_view type, const ServiceKey& key, const Json& data);
  // Hears what comes after `last_id` (Last-Event-ID), else what comes from now on. Where that id is
  // another process's, or forgotten, it first hears a "reset": what it knows may be old. Null:
  // there are too many.
  ListenerPtr listen(const ServiceKey& scope, const std::string& user, const std::string& last_id,
                     Duration now);
  // The next bytes for it: "" none now, nullopt: it was dropped.
  std::optional<std::string> next(Listener& listener, Duration now);
  void drop(Listener& listener);
  std::size_t listeners() const;

 private:
  struct Event {
    std::uint64_t id = 0;
    ServiceKey key;
    std::string text;  // as it is sent, but for its id
  };
  std::string id_text(std::uint64_t id) const { return epoch_ + "-" + std::to_string(id); }

  const std::string epoch_;
  mutable std::mutex mutex_;  // guards what follows
  std::deque<Event> kept_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
  std::map<const Listener*, std::weak_ptr<Listener>> listeners_;
};

}  // namespace freshet::api
