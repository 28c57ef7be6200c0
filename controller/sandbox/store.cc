// Objects, versions, history.
#include "controller/sandbox/store.h"

#include <nlohmann/json.hpp>

namespace freshet::sandbox {
namespace {

Labels labels_of(const Json& object) {
  Labels labels;
  const Json& map = at_path(object, {"metadata", "labels"});
  if (!map.is_object()) return labels;
  labels.reserve(map.size());
  for (const auto& [name, value] : map.items()) {
    if (value.is_string()) labels.emplace_back(name, value.get<std::string>());
  }
  return labels;
}

}  // namespace

const Store::Collection& Store::collection(const Kind& kind) const {
  static const Collection kEmpty;
  const auto found = collections_.find(&kind);
  return found == collections_.end() ? kEmpty : found->second;
}

SnapshotPtr Store::find(const Kind& kind, const ObjectKey& key) const {
  const Objects& objects = collection(kind).objects;
  const auto found = objects.find(key);
  return found == objects.end() ? nullptr : found->second;
}

// Deeper than what a reply may hold is an object all the same.
Json Snapshot::parsed() const {
  auto within_bounds = parse_json(text, text.size());
  return within_bounds ? *std::move(within_bounds) : Json::parse(text);
}

Json Store::read(const Kind& kind, const ObjectKey& key) const {
  const SnapshotPtr found = find(kind, key);
  return found ? found->parsed() : Json();
}

const Store::Objects& Store::all(const Kind& kind) const { return collection(kind).objects; }

Store::Objects Store::all_at(const Kind& kind, std::int64_t version) const {
  const Collection& in = collection(kind);
  Objects objects = in.objects;
  for (auto change = in.history.rbegin(); change != in.history.rend(); ++change) {
    if (change->object->version <= version) break;
    if (change->before) {
      objects[change->key] = change->before;
    } else {
      objects.erase(change->key);
    }
  }
  return objects;
}

const std::deque<Change>& Store::history(const Kind& kind) const {
  return collection(kind).history;
}

std::int64_t Store::compacted(const Kind& kind) const { return collection(kind).compacted; }

SnapshotPtr Store::next_snapshot(Json& object) {
  ++version_;
  object["metadata"]["resourceVersion"] = std::to_string(version_);
  return std::make_shared<const Snapshot>(Snapshot{dump_json(object), version_, labels_of(object)});
}

SnapshotPtr Store::put(const Kind& kind, const ObjectKey& key, Json& object) {
  Collection& in = collections_[&kind];
  SnapshotPtr kept = next_snapshot(object);
  SnapshotPtr before = std::exchange(in.objects[key], kept);
  const ChangeType type = before ? ChangeType::kModified : ChangeType::kAdded;
  remember(kind, in, {type, key, std::move(before), kept});
  return kept;
}

void Store::remove(const Kind& kind, const ObjectKey& key) {
  Collection& in = collections_[&kind];
  const auto found = in.objects.find(key);
  if (found == in.objects.end()) return;
  const SnapshotPtr before = found->second;
  Json last = before->parsed();
  in.objects.erase(found);
  remember(kind, in, {ChangeType::kDeleted, key, before, next_snapshot(last)});
}

void Store::remember(const Kind& kind, Collection& in, Change change) {
  if (listener_) listener_(kind, change);
  in.history.push_back(std::move(change));
  if (in.history.size() <= kept_changes_) return;
  in.compacted = in.history.front().object->version;
  in.history.pop_front();
}

void Store::compact() {
  for (auto& [kind, in] : collections_) {
    in.compacted = version_;
    in.history.clear();
  }
}

}  // namespace freshet::sandbox
