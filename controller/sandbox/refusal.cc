// The API server's own words.
#include "controller/sandbox/refusal.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace freshet::sandbox {

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
