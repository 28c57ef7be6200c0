// The API server's own words.
#include "controller/sandbox/refusal.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace freshet::sandbox {
namespace {

std::string strict_error(const std::vector<std::string>& fields) {
  std::vector<std::string> unknown;
  for (const std::string& field : fields) unknown.push_back("unknown field \"" + field + "\"");
  return "strict decoding error: " + join(unknown, ", ");
}

}  // namespace

Refusal not_found(const Kind& kind, const std::string& name) {
  return {404, "NotFound", fmt::format("{} \"{}\" not found", kind.qualified(), name), &kind, name};
}

Refusal no_such_path() {
  return {404, "NotFound", "the server could not find the requested resource", nullptr, ""};
}

Refusal already_exists(const Kind& kind, const std::string& name) {
  return {409, "AlreadyExists", fmt::format("{} \"{}\" already exists", kind.qualified(), name),
          &kind, name};
}

Refusal conflict(const Kind& kind, const std::string& name) {
  return {409, "Conflict",
          fmt::format("Operation cannot be fulfilled on {} \"{}\": the object has been modified; "
                      "please apply your changes to the latest version and try again",
                      kind.qualified(), name),
          &kind, name};
}

Refusal invalid(const Kind& kind, const std::string& name, const std::string& problem) {
  return {422, "Invalid",
          fmt::format("{}{}{} \"{}\" is invalid: {}", kind.kind, kind.group.empty() ? "" : ".",
                      kind.group, name, problem),
          &kind, name};
}

Refusal without_version(const Kind& kind, const std::string& name) {
  return {422, "Invalid",
          fmt::format("{} \"{}\" is invalid: metadata.resourceVersion: Invalid value: 0: must be "
                      "specified for an update",
                      kind.qualified(), name),
          &kind, name};
}

Refusal of_another_uid(const Kind& kind, const ObjectKey& key, const std::string& sent,
                       const std::string& there) {
  return {
      409, "Conflict",
      fmt::format("Operation cannot be fulfilled on {0} \"{1}\": StorageError: invalid object, "
                  "Code: 4, Key: /registry/{2}/{3}/{4}/{1}, ResourceVersion: 0, "
                  "AdditionalErrorMsg: Precondition failed: UID in precondition: {5}, UID in "
                  "object meta: {6}",
                  kind.qualified(), key.name, kind.group, kind.plural, key.name_space, sent, there),
      &kind, key.name};
}

Refusal namespace_is_going(const Kind& kind, const std::string& name,
                           const std::string& name_space) {
  return {403, "Forbidden",
          fmt::format("{} \"{}\" is forbidden: unable to create new content in namespace {} "
                      "because it is being terminated",
                      kind.qualified(), name, name_space),
          &kind, name};
}

Refusal unknown_fields(const Kind& kind, const std::vector<std::string>& fields) {
  return bad_request(fmt::format("{0} in version \"{1}\" cannot be handled as a {0}: {2}",
                                 kind.kind, kind.version, strict_error(fields)));
}

Refusal unknown_fields_patched(const std::string& object, const std::vector<std::string>& fields) {
  const std::string quoted = Json(object).dump();
  return {
      422, "Invalid",
      fmt::format(" \"\" is invalid: patch: Invalid value: {}: {}", quoted, strict_error(fields)),
      nullptr, ""};
}

Refusal not_simulated(const std::string& what) {
  return bad_request(what + " is not simulated in the sandbox");
}

Refusal bad_request(std::string message) {
  return {400, "BadRequest", std::move(message), nullptr, ""};
}

Refusal patch_failed() {
  return {422, "Invalid", "the server rejected our request due to an error in our request", nullptr,
          ""};
}

Refusal expired(std::int64_t asked, std::int64_t oldest) {
  return {410, "Expired", fmt::format("too old resource version: {} ({})", asked, oldest), nullptr,
          ""};
}

Refusal version_to_come(std::int64_t asked, std::int64_t newest) {
  return {504,
          "Timeout",
          fmt::format("Timeout: Too large resource version: {}, current: {}", asked, newest),
          nullptr,
          "",
          "ResourceVersionTooLarge"};
}

Refusal unauthorized() { return {401, "Unauthorized", "Unauthorized", nullptr, ""}; }

Refusal unsupported_media_type(const std::string& type) {
  return {415, "UnsupportedMediaType",
          fmt::format("the body of the request was in an unknown format - accepted media types "
                      "include: application/json-patch+json, application/merge-patch+json ({})",
                      type),
          nullptr, ""};
}

Refusal method_not_allowed() {
  return {405, "MethodNotAllowed",
          "the server does not allow this method on the requested resource", nullptr, ""};
}

Refusal denied_by_knative(const std::string& problems) {
  return bad_request(
      "admission webhook \"validation.webhook.serving.knative.dev\" denied the "
      "request: validation failed: " +
      problems);
}

Refusal not_decodable_by_knative(const std::string& problem) {
  return bad_request(
      "admission webhook \"webhook.serving.knative.dev\" denied the request: "
      "mutation failed: cannot decode incoming new object: " +
      problem);
}

Json status_body(const Refusal& refusal) {
  Json details = Json::object();
  if (refusal.kind != nullptr) {
    details = {{"name", refusal.name}, {"kind", refusal.kind->plural}};
    if (!refusal.kind->group.empty()) details["group"] = refusal.kind->group;
  }
  if (!refusal.cause.empty()) {
    details["causes"] =
        Json::array({{{"reason", refusal.cause}, {"message", "Too large resource version"}}});
  }
  return {{"kind", "Status"},
          {"apiVersion", "v1"},
          {"metadata", Json::object()},
          {"status", "Failure"},
          {"message", refusal.message},
          {"reason", refusal.reason},
          {"details", std::move(details)},
          {"code", refusal.code}};
}

HttpResponse to_response(const Refusal& refusal) {
  return {refusal.code, {{"Content-Type", "application/json"}}, dump_json(status_body(refusal))};
}

}  // namespace freshet::sandbox
