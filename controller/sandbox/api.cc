// Requests, and what they make of an object; api_write.cc keeps it.
#include "controller/sandbox/api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/sandbox/api_read.h"
#include "controller/sandbox/metadata.h"
#include "controller/sandbox/patching.h"

namespace freshet::sandbox {
namespace {

HttpResponse to_response(Allowed<std::string> done, int status) {
  if (!done) return to_response(done.error());
  return {status, {{"Content-Type", "application/json"}}, *std::move(done)};
}

}  // namespace

HttpResponse ApiServer::handle(const HttpRequest& request, const std::string& target_text,
                               const std::string& user) {
  const auto target = parse_target(target_text);
  if (!target) return to_response(no_such_path());
  const bool has_name = !target->key.name.empty();
  if (request.method != "GET" && target->kind->is_read_only) {
    return to_response(not_simulated("writing " + std::string(target->kind->plural)));
  }
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
  if (request.method == "DELETE" && has_name) {
    const auto left = remove(*target, request);
    return left ? to_response(dump_json(*left), 200) : to_response(left.error());
  }
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

Allowed<std::string> ApiServer::create(const ApiTarget& target, const HttpRequest& request,
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
  if (kind.is_namespaced) {
    const Json space = store_.read(kNamespaces, {"", key.name_space});
    if (space.is_null()) return refuse(not_found(kNamespaces, key.name_space));
    if (is_deleting(space)) return refuse(namespace_is_going(kind, name, key.name_space));
  }
  if (store_.find(kind, key)) return refuse(already_exists(kind, name));
  object["metadata"]["name"] = name;
  if (kind.is_namespaced) object["metadata"]["namespace"] = key.name_space;
  if (kind.has_status) object.erase("status");
  stamp(kind, object);
  return commit({kind, key, false, target, request, user}, Json(), std::move(object));
}

Allowed<std::string> ApiServer::update(const ApiTarget& target, const HttpRequest& request,
                                       const std::string& user) {
  const Kind& kind = *target.kind;
  const Json old = store_.read(kind, target.key);
  if (old.is_null()) return refuse(not_found(kind, target.key.name));
  Json object;
  if (request.method == "PATCH") {
    auto patched =
        apply_patch(old, find_header(request.headers, "Content-Type").value_or(""), request.body);
    if (!patched) return refuse(std::move(patched.error()));
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
    return refuse(without_version(kind, target.key.name));
  }
  if (!version.empty() && version != string_or(old["metadata"], "resourceVersion")) {
    return refuse(conflict(kind, target.key.name));
  }
  const std::string uid = uid_of(object);
  const std::string old_uid = uid_of(old);
  if (!uid.empty() && uid != old_uid) {
    if (request.method == "PUT") return refuse(of_another_uid(kind, target.key, uid, old_uid));
    return refuse(
        invalid(kind, target.key.name,
                fmt::format("metadata.uid: Invalid value: \"{}\": field is immutable", uid)));
  }
  if (string_or(object["metadata"], "name") != target.key.name) {
    return refuse(bad_request("the name of the object does not match the name on the URL"));
  }
  return commit({kind, target.key, !target.subresource.empty(), target, request, user}, old,
                std::move(object));
}

}  // namespace freshet::sandbox
