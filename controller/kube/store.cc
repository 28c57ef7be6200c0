// What is known of one kind.
#include "controller/kube/store.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"

namespace freshet {
namespace {

std::uint64_t version_number(std::string_view text) {
  return static_cast<std::uint64_t>(parse_whole(text).value_or(0));
}

std::uint64_t version_of(const Json& object) {
  return version_number(string_or(at_path(object, {"metadata"}), "resourceVersion"));
}

}  // namespace

ObjectStore::ObjectStore(Trim trim) : trim_(std::move(trim)) {}

void ObjectStore::drop_managed_fields(Json& object) {
  const auto metadata = object.find("metadata");
  if (metadata != object.end() && metadata->is_object()) metadata->erase("managedFields");
}

bool ObjectStore::put(const Json& object) {
  const std::string key = object_key(object);
  const std::uint64_t version = version_of(object);
  const auto known = entries_.find(key);
  if (known != entries_.end() && version <= known->second.version) return false;
  Json kept = object;
  if (trim_) trim_(kept);
  entries_[key] = Entry{version, std::make_shared<const Json>(std::move(kept))};
  return true;
}

std::vector<std::string> ObjectStore::apply(const WatchEvent& event) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> changed;
  const std::uint64_t version = version_number(event.resource_version);
  if (event.type == WatchEvent::Type::kListed || event.type == WatchEvent::Type::kRestarted) {
    take_list(event, changed);
    return changed;
  }
  const bool replayed = version < watched_to_;  // a later state of everything is known already
  watched_to_ = std::max(watched_to_, version);
  if (event.object == nullptr) return changed;
  const std::string key = object_key(*event.object);
  const auto known = entries_.find(key);
  if (event.type == WatchEvent::Type::kDeleted) {
    if (known == entries_.end() || known->second.version > version) return changed;
    entries_.erase(known);
    changed.push_back(key);
    return changed;
  }
  if (known == entries_.end() && replayed) return changed;  // it has been deleted since
  if (put(*event.object)) changed.push_back(key);
  return changed;
}

// A page of a list, and with the last of them its end.
void ObjectStore::take_list(const WatchEvent& event, std::vector<std::string>& changed) {
  const std::uint64_t version = version_number(event.resource_version);
  const bool older = version < watched_to_;
  if (older && !event.is_newest) return;  // an older server's list: what is known is better
  const bool went_back = older;
  for (const JsonPtr& item : event.items) {
    const std::string key = object_key(*item);
    if (went_back) entries_.erase(key);
    if (put(*item)) changed.push_back(key);
  }
  if (event.type == WatchEvent::Type::kListed) return;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const bool gone =
        !event.present.contains(entry->first) && (went_back || entry->second.version <= version);
    if (gone) changed.push_back(entry->first);
    entry = gone ? entries_.erase(entry) : std::next(entry);
  }
  watched_to_ = version;
  in_sync_ = true;
}

bool ObjectStore::observe(const Json& object) {
  const std::lock_guard lock(mutex_);
  return put(object);
}

JsonPtr ObjectStore::get(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto known = entries_.find(key);
  return known == entries_.end() ? nullptr : known->second.object;
}

std::vector<JsonPtr> ObjectStore::snapshot() const {
  const std::lock_guard lock(mutex_);
  std::vector<JsonPtr> all;
  all.reserve(entries_.size());
  for (const auto& [key, entry] : entries_) all.push_back(entry.object);
  return all;
}

bool ObjectStore::in_sync() const {
  const std::lock_guard lock(mutex_);
  return in_sync_;
}

}  // namespace freshet
