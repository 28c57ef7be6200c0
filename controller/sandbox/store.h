// Store: objects as the API server keeps them, with one counter of versions and a bounded history.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "controller/sandbox/kinds.h"

namespace freshet::sandbox {

inline constexpr std::size_t kMaxHistoryChanges = 500;  // of each kind; older ones are compacted

using Labels = std::vector<std::pair<std::string, std::string>>;

// One version of one object. Kept as text: a third of the parsed form's size, and most reads only
// hand it on.
struct Snapshot {
  std::string text;
  std::int64_t version = 0;
  Labels labels;

  Json parsed() const;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

enum class ChangeType { kAdded, kModified, kDeleted };

struct Change {
  ChangeType type = ChangeType::kAdded;
  ObjectKey key;
  SnapshotPtr before;  // null for what was added
  SnapshotPtr object;
};

class Store {
 public:
  using Objects = std::map<ObjectKey, SnapshotPtr>;
  using Listener = std::function<void(const Kind& kind, const Change& change)>;

  // Told of each change, after it.
  void set_listener(Listener listener) { listener_ = std::move(listener); }

  // Null where there is none.
  SnapshotPtr find(const Kind& kind, const ObjectKey& key) const;
  Json read(const Kind& kind, const ObjectKey& key) const;
  const Objects& all(const Kind& kind) const;
  // As it was at a version that is not compacted away.
  Objects all_at(const Kind& kind, std::int64_t version) const;

  // Gives `object` the next resourceVersion and keeps it.
  SnapshotPtr put(const Kind& kind, const ObjectKey& key, Json& object);
  // Its last state gets a version of its own, as watchers expect.
  void remove(const Kind& kind, const ObjectKey& key);

  std::int64_t version() const { return version_; }
  // Changes of a kind in their order; those up to compacted(kind) are forgotten.
  const std::deque<Change>& history(const Kind& kind) const;
  std::int64_t compacted(const Kind& kind) const;
  void compact();  // forgets all history, as a server does some minutes later
  void keep_history(std::size_t changes) { kept_changes_ = changes; }  // of each kind

 private:
  struct Collection {
    Objects objects;
    std::deque<Change> history;
    std::int64_t compacted = 0;
  };
  SnapshotPtr next_snapshot(Json& object);
  void remember(const Kind& kind, Collection& collection, Change change);
  const Collection& collection(const Kind& kind) const;

  std::map<const Kind*, Collection> collections_;
  Listener listener_;
  std::int64_t version_ = 1;
  std::size_t kept_changes_ = kMaxHistoryChanges;
};

}  // namespace freshet::sandbox
