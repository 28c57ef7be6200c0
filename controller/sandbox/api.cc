// The verbs that write.
#include "controller/sandbox/api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/sandbox/api_read.h"
#include "controller/sandbox/patching.h"

namespace freshet::sandbox {
namespace {

HttpResponse to_response(const Allowed<Json>& done, int status) {
  if (!done) return to_response(done.error());
  return {status, {{"Content-Type", "application/json"}}, dump_json(*done)};
}

const std::string* query_value(const ApiTarget& target, const char* name) {
  const auto found = target.query.find(name);
  return found == target.query.end() ? nullptr : &found->second;
}

Json without(const Json& object, std::initializer_list<const char*> fields) {
  Json rest = object;
  for (const char* field : fields) rest.erase(field);
  return rest;
}

// What a client may not change, whatever it sends.
void keep_server_fields(const Json& old, Json& object) {
  for (const char* field : {"uid", "creationTimestamp", "generation", "deletionTimestamp",
                            "deletionGracePeriodSeconds"}) {
    const Json& value = at_path(old, {"metadata", field});
    if (value.is_null()) {
      object["metadata"].erase(field);
    } else {
      object["metadata"][field] = value;
    }
  }
}

bool is_finished(const Json& object) {
  if (string_or(at_path(object, {"metadata"}), "deletionTimestamp").empty()) return false;
  const Json& finalizers = at_path(object, {"metadata", "finalizers"});
  return !finalizers.is_array() || finalizers.empty();
}

void raise_generation(Json& object) {
  const Json& metadata = at_path(object, {"metadata"});
  object["metadata"]["generation"] = int_or(metadata, "generation", 1) + 1;
}

}  // namespace

HttpResponse ApiServer::handle(const HttpRequest& request, const std::string& target_text,
                               const std::string& user) {
  const auto target = parse_target(target_text);
  if (!target) return to_response(no_such_path());
  const bool has_name = !target->key.name.empty();
  if (request.method == "GET" && has_name) {
    const SnapshotPtr found = store_.find(*target->kind, target->key);
    if (!found) return to_response(not_found(*target->kind, target->key.name));
    return {200, {{"Content-Type", "application/json"}}, found->text};
  }
  if (request.method == "GET") return read_collection(store_, *target);
  if (request.method == "POST" && !has_name) {
    return to_response(create(*target, request, user), 201);
  }
  if ((request.method == "PATCH" || request.method == "PUT") && has_name) {
    return to_response(update(*target, request, user), 200);
  }
  if (request.method == "DELETE" && has_name) return to_response(remove(*target), 200);
  return to_response(method_not_allowed());
}

void ApiServer::stamp(const Kind& kind, Json& object) {
  Json& metadata = object["metadata"];
  const std::uint64_t number = ++created_;
  const std::uint64_t mixed = stable_hash(fmt::format("{}/{}", seed_, number));
  metadata["uid"] =
      fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", mixed >> 32, (mixed >> 16) & 0xffff,
                  mixed & 0xfff, (mixed >> 4) & 0xfff, number);
  metadata["creationTimestamp"] = format_rfc3339(std::chrono::floor<seconds>(agenda_.now()));
  metadata.erase("deletionTimestamp");
  metadata.erase("resourceVersion");
  object["apiVersion"] = kind.api_version();
  object["kind"] = kind.kind;
  if (kind.has_status) metadata["generation"] = 1;
}

Allowed<Json> ApiServer::create(const ApiTarget& target, const HttpRequest& request,
                                const std::string& user) {
  const Kind& kind = *target.kind;
  auto parsed = parse_json(request.body, kMaxReplyBytes);
  if (!parsed || !parsed->is_object()) {
    return refuse(bad_request("the object provided is unrecognized: not a JSON object"));
  }
  Json object = *std::move(parsed);
  if (!at_path(object, {"metadata"}).is_object()) object["metadata"] = Json::object();
  if (kind.is_namespaced && target.key.name_space.empty()) return refuse(method_not_allowed());
  const std::string prefix = string_or(object["metadata"], "generateName");
  std::string name = string_or(object["metadata"], "name");
  if (name.empty() && !prefix.empty()) name = fmt::format("{}{:05x}", prefix, created_ + 1);
  if (name.empty()) {
    return refuse(invalid(kind, "",
                          "metadata.name: Required value: name or generateName is "
                          "required"));
  }
  const ObjectKey key{target.key.name_space, name};
  const std::string named_space = string_or(object["metadata"], "namespace", key.name_space);
  if (named_space != key.name_space) {
    return refuse(
        bad_request("the namespace of the provided object does not match the namespace "
                    "sent on the request"));
  }
  if (kind.is_namespaced && !store_.find(kNamespaces, {"", key.name_space})) {
    return refuse(not_found(kNamespaces, key.name_space));
  }
  if (store_.find(kind, key)) return refuse(already_exists(kind, name));
  object["metadata"]["name"] = name;
  if (kind.is_namespaced) object["metadata"]["namespace"] = key.name_space;
  if (kind.has_status) object.erase("status");
  stamp(kind, object);
  const Write write{kind, key, false, query_value(target, "dryRun") != nullptr, user};
  return commit(write, Json(), std::move(object));
}

Allowed<Json> ApiServer::update(const ApiTarget& target, const HttpRequest& request,
                                const std::string& user) {
  const Kind& kind = *target.kind;
  const Json old = store_.read(kind, target.key);
  if (old.is_null()) return refuse(not_found(kind, target.key.name));
  Json object;
  if (request.method == "PATCH") {
    auto patched =
        apply_patch(old, find_header(request.headers, "Content-Type").value_or(""), request.body);
    if (!patched) return patched;
    object = *std::move(patched);
  } else {
    auto parsed = parse_json(request.body, kMaxReplyBytes);
    if (!parsed) return refuse(bad_request("the object provided is unrecognized"));
    object = *std::move(parsed);
  }
  if (!object.is_object() || !at_path(object, {"metadata"}).is_object()) {
    return refuse(bad_request("the object provided is unrecognized"));
  }
  const std::string version = string_or(object["metadata"], "resourceVersion");
  if (version.empty() && request.method == "PUT") {
    return refuse(invalid(kind, target.key.name,
                          "metadata.resourceVersion: Invalid value: 0x0: must be specified for an "
                          "update"));
  }
  if (!version.empty() && version != string_or(old["metadata"], "resourceVersion")) {
    return refuse(conflict(kind, target.key.name));
  }
  const std::string uid = string_or(object["metadata"], "uid");
  if (!uid.empty() && uid != string_or(old["metadata"], "uid")) {
    return refuse(conflict(kind, target.key.name));
  }
  if (string_or(object["metadata"], "name") != target.key.name) {
    return refuse(bad_request("the name of the object does not match the name on the URL"));
  }
  const Write write{kind, target.key, !target.subresource.empty(),
                    query_value(target, "dryRun") != nullptr, user};
  return commit(write, old, std::move(object));
}

Allowed<Json> ApiServer::commit(const Write& write, const Json& old, Json object) {
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
  if (const auto admit = admissions_.find(&kind); admit != admissions_.end() && !write.is_status) {
    if (auto allowed = admit->second(old, object, write.user); !allowed) {
      return refuse(std::move(allowed.error()));
    }
  }
  if (!old.is_null()) {
    if (object == old) return object;  // a write that changes nothing is no new version
    const bool same_spec =
        without(object, {"metadata", "status"}) == without(old, {"metadata", "status"});
    if (kind.has_status && !same_spec) raise_generation(object);
  }
  if (write.is_dry_run) return object;
  if (is_finished(object)) {
    store_.remove(kind, write.key);
    tell(kind, write.key, old, Json());
    return object;
  }
  store_.put(kind, write.key, object);
  tell(kind, write.key, old, object);
  return object;
}

Allowed<Json> ApiServer::remove(const ApiTarget& target) {
  const Json old = store_.read(*target.kind, target.key);
  if (old.is_null()) return refuse(not_found(*target.kind, target.key.name));
  Json object = old;
  if (string_or(object["metadata"], "deletionTimestamp").empty()) {
    const TimePoint now = std::chrono::floor<seconds>(agenda_.now());
    object["metadata"]["deletionTimestamp"] = format_rfc3339(now);
    object["metadata"]["deletionGracePeriodSeconds"] = 0;
    if (target.kind->has_status) raise_generation(object);
  }
  if (is_finished(object)) {
    store_.remove(*target.kind, target.key);
    tell(*target.kind, target.key, old, Json());
  } else if (object != old) {
    store_.put(*target.kind, target.key, object);
    tell(*target.kind, target.key, old, object);
  }
  return object;
}

void ApiServer::tell(const Kind& kind, const ObjectKey& key, const Json& old, const Json& now) {
  const auto listener = listeners_.find(&kind);
  if (listener != listeners_.end()) listener->second(key, old, now);
}

}  // namespace freshet::sandbox
