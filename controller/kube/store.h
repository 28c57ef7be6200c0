// ObjectStore: what is known of one kind, fed by a watch. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "controller/kube/watch.h"

namespace freshet {

// Objects never go back in time: an older resourceVersion than the known one is not taken. (They
// are comparable integers within one kind: KEP-5504.) The one exception is a list of the newest
// state that is itself older than what was watched: then the server's history went back.
class ObjectStore {
 public:
  // Drops what nobody reads before an object is kept; the default drops metadata.managedFields.
  using Trim = std::function<void(Json& object)>;
  explicit ObjectStore(Trim trim = drop_managed_fields);
  static void drop_managed_fields(Json& object);

  // Keys whose object appeared, changed or went.
  std::vector<std::string> apply(const WatchEvent& event);
  // An object as the server answered our own write: newer than the watch, perhaps.
  bool observe(const Json& object);

  JsonPtr get(const std::string& key) const;  // null: not there
  std::vector<JsonPtr> snapshot() const;      // in the order of keys
  bool in_sync() const;

 private:
  struct Entry {
    std::uint64_t version = 0;
    JsonPtr object;
  };
  bool put(const Json& object);
  void take_list(const WatchEvent& event, std::vector<std::string>& changed);

  Trim trim_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::uint64_t watched_to_ = 0;  // of the watch, not of our own writes
  bool in_sync_ = false;
};

}  // namespace freshet
