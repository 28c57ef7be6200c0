// What becomes of a write: fields, admission, versions, generations, finalizers.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "controller/sandbox/api.h"
#include "controller/sandbox/metadata.h"

namespace freshet::sandbox {
namespace {

bool is_dry_run(const ApiTarget& target) { return target.query.contains("dryRun"); }

// In all but these two, which writes of the spec do not touch.
bool is_same_spec(const Json& one, const Json& other) {
  const auto is_of_spec = [](const std::string& field) {
    return field != "metadata" && field != "status";
  };
  std::size_t fields = 0;
  for (const auto& [field, value] : one.items()) {
    if (!is_of_spec(field)) continue;
    ++fields;
    const auto found = other.find(field);
    if (found == other.end() || *found != value) return false;
  }
  for (const auto& item : other.items()) fields -= is_of_spec(item.key()) ? 1 : 0;
  return fields == 0;
}

// The answer to a deletion that has been carried out.
Json deleted(const Kind& kind, const Json& object) {
  const Json& metadata = at_path(object, {"metadata"});
  Json details = {
      {"name", string_or(metadata, "name")}, {"kind", kind.plural}, {"uid", uid_of(object)}};
  if (!kind.group.empty()) details["group"] = kind.group;
  return {{"kind", "Status"},
          {"apiVersion", "v1"},
          {"metadata", Json::object()},
          {"status", "Success"},
          {"details", std::move(details)}};
}

}  // namespace

Allowed<void> ApiServer::check_fields(const Write& write, Json& object) const {
  const bool is_strict = query_or(write.target, "fieldValidation") == "Strict";
  const auto prune = schemas_.find(&write.kind);
  if (prune == schemas_.end()) {
    if (is_strict) return refuse(not_simulated("strictness about fields of this kind"));
    return {};
  }
  const std::string whole = is_strict ? dump_json(object) : "";
  const std::vector<std::string> unknown = prune->second(object);
  if (!is_strict || unknown.empty()) return {};
  if (write.request.method == "PATCH") return refuse(unknown_fields_patched(whole, unknown));
  return refuse(unknown_fields(write.kind, unknown));
}

// What the server and webhooks say of a write to the spec or the metadata.
Allowed<void> ApiServer::admit(const Write& write, const Json& old, Json& object) const {
  if (auto known = check_fields(write, object); !known) return known;
  if (const auto admit = admissions_.find(&write.kind); admit != admissions_.end()) {
    if (auto allowed = admit->second(old, object, write.user); !allowed) return allowed;
  }
  if (!is_deleting(old)) return {};
  for (const Json& finalizer : finalizers_of(object)) {
    if (has_finalizer(old, finalizer.get<std::string>())) continue;
    return refuse(invalid(
        write.kind, write.key.name,
        fmt::format("metadata.finalizers: Forbidden: no new finalizers can be added if the object "
                    "is being deleted, found new finalizers []string{{{}}}",
                    finalizer.dump())));
  }
  return {};
}

Allowed<std::string> ApiServer::commit(const Write& write, const Json& old, Json object) {
  const Kind& kind = write.kind;
  if (!old.is_null()) {
    if (write.is_status) {
      Json status = object.contains("status") ? object["status"] : Json();
      object = old;
      object["status"] = std::move(status);
    } else if (kind.has_status) {
      object.erase("status");
      if (old.contains("status")) object["status"] = old["status"];
    }
    keep_server_fields(old, object);
    object["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"];
  }
  if (!write.is_status) {
    if (auto allowed = admit(write, old, object); !allowed) {
      return refuse(std::move(allowed.error()));
    }
  }
  if (!old.is_null()) {
    if (object == old) return dump_json(object);  // changes nothing: no new version
    if (kind.has_status && !is_same_spec(object, old)) raise_generation(object);
  }
  if (is_dry_run(write.target)) return dump_json(object);
  if (is_finished(object)) {
    store_.remove(kind, write.key);
    tell(kind, write.key, old, Json());
    return dump_json(object);
  }
  const SnapshotPtr kept = store_.put(kind, write.key, object);
  tell(kind, write.key, old, object);
  return kept->text;
}

Allowed<Json> ApiServer::remove(const ApiTarget& target, const HttpRequest& request) {
  const Kind& kind = *target.kind;
  const Json old = store_.read(kind, target.key);
  if (old.is_null()) return refuse(not_found(kind, target.key.name));
  const auto options = parse_json(request.body);
  const std::string policy = string_or(options ? *options : Json(), "propagationPolicy",
                                       query_or(target, "propagationPolicy"));
  const bool waits = policy == "Foreground";
  if (policy == "Orphan" || (waits && !(kind == kServices))) {
    return refuse(not_simulated("this propagation policy"));
  }
  if (is_dry_run(target)) return deleted(kind, old);
  const Json left = remove(kind, target.key, waits);
  return left.is_null() ? deleted(kind, old) : left;
}

Json ApiServer::remove(const Kind& kind, const ObjectKey& key, bool waits) {
  const Json old = store_.read(kind, key);
  if (old.is_null()) return old;
  Json object = old;
  if (!is_deleting(object)) {
    const TimePoint now = std::chrono::floor<seconds>(agenda_.now());
    object["metadata"]["deletionTimestamp"] = format_rfc3339(now);
    object["metadata"]["deletionGracePeriodSeconds"] = 0;
    if (kind.has_status) raise_generation(object);
    if (waits) object["metadata"]["finalizers"].push_back(kForegroundDeletion);
  }
  if (is_finished(object)) {
    store_.remove(kind, key);
    object = Json();
  } else if (object != old) {
    store_.put(kind, key, object);
  }
  if (object != old) tell(kind, key, old, object);
  return store_.read(kind, key);
}

void ApiServer::tell(const Kind& kind, const ObjectKey& key, const Json& old, const Json& now) {
  const auto listener = listeners_.find(&kind);
  if (listener != listeners_.end()) listener->second(key, old, now);
}

}  // namespace freshet::sandbox
