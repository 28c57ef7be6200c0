// Webhook bodies of registries. Field names are those of each one's documentation.
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/registry/manifest.h"
#include "controller/registry/webhook_reading.h"

namespace freshet::webhooks {
namespace {

constexpr const char* kHubRegistry = "docker.io";
constexpr const char* kGitHubRegistry = "ghcr.io";
constexpr const char* kQuayRegistry = "quay.io";

std::string or_else(const std::string& first, const std::string& second) {
  return first.empty() ? second : first;
}

// One event of a distribution registry; Azure's sends them one by one. Layers are pushed too.
void read_push_event(const WebhookReceiver& receiver, const Json& event, PushList& pushes) {
  if (string_or(event, "action") != "push") return;
  const Json& target = at_path(event, {"target"});
  if (!is_manifest_type(string_or(target, "mediaType"))) return;
  const std::string registry =
      or_else(receiver.registry, string_or(at_path(event, {"request"}), "host"));
  pushes.add_delivery(string_or(event, "id"));
  pushes.add(registry + "/" + string_or(target, "repository"), string_or(target, "tag"));
}

}  // namespace

// {push_data: {tag}, repository: {repo_name}}
void read_docker_hub(const Delivery& delivery, PushList& pushes) {
  const std::string name = string_or(at_path(delivery.body, {"repository"}), "repo_name");
  if (name.empty()) return pushes.refuse("repository.repo_name is missing");
  pushes.add(std::string(kHubRegistry) + "/" + name,
             string_or(at_path(delivery.body, {"push_data"}), "tag"));
}

// Events `package` and `registry_package`: {action, package: {name, owner: {login}, package_type,
// package_version: {container_metadata: {tag: {name}}}}}. All others are nothing to us.
void read_github(const Delivery& delivery, PushList& pushes) {
  pushes.add_delivery(find_header(delivery.headers, "X-GitHub-Delivery").value_or(""));
  const std::string event = find_header(delivery.headers, "X-GitHub-Event").value_or("");
  if (event.empty()) return pushes.refuse("the header X-GitHub-Event is missing");
  if (event != "package" && event != "registry_package") return;
  const std::string action = string_or(delivery.body, "action");
  const Json& package = at_path(delivery.body, {event});
  const bool is_image = equals_ignore_case(string_or(package, "package_type"), "container");
  if (!is_image || (action != "published" && action != "updated")) return;
  const std::string owner = string_or(at_path(package, {"owner"}), "login");
  const std::string name = string_or(package, "name");
  if (owner.empty() || name.empty()) return pushes.refuse(event + " lacks owner.login or name");
  const Json& tag = at_path(package, {"package_version", "container_metadata", "tag"});
  // Owners keep their capitals on GitHub, and lose them in references.
  pushes.add(
      or_else(delivery.receiver.registry, kGitHubRegistry) + "/" + to_lower(owner + "/" + name),
      string_or(tag, "name"));
}

// {repository, docker_url, updated_tags: [tag]}; in older releases {tag: image id}. Other events
// have no updated_tags.
void read_quay(const Delivery& delivery, PushList& pushes) {
  const Json& tags = at_path(delivery.body, {"updated_tags"});
  if (tags.is_null()) return;
  const std::string registry =
      or_else(delivery.receiver.registry,
              split(string_or(delivery.body, "docker_url", kQuayRegistry), '/').front());
  const std::string name = registry + "/" + string_or(delivery.body, "repository");
  if (tags.empty()) pushes.add(name, "");
  for (const auto& [key, value] : tags.items()) {
    pushes.add(name, value.is_string() && tags.is_array() ? value.get<std::string>() : key);
  }
}

// {type: PUSH_ARTIFACT, event_data: {resources: [{tag, resource_url}], repository:
// {repo_full_name}}}, or as a CloudEvent {type: harbor.artifact.pushed, data: {…}}. The tag of a
// push without one is the digest.
void read_harbor(const Delivery& delivery, PushList& pushes) {
  const std::string type = string_or(delivery.body, "type");
  if (type.empty()) return pushes.refuse("type is missing");
  const bool is_cloud_event = type == "harbor.artifact.pushed";
  if (!is_cloud_event && type != "PUSH_ARTIFACT") return;
  pushes.add_delivery(string_or(delivery.body, "id"));
  const Json& data = at_path(delivery.body, {is_cloud_event ? "data" : "event_data"});
  const std::string name = string_or(at_path(data, {"repository"}), "repo_full_name");
  const Json& resources = at_path(data, {"resources"});
  if (!resources.is_array()) return pushes.refuse("resources is no list");
  for (const Json& resource : resources) {
    const std::string& registry = delivery.receiver.registry;
    if (registry.empty()) {
      pushes.add_reference(string_or(resource, "resource_url"));
    } else {
      pushes.add(registry + "/" + name, string_or(resource, "tag"));
    }
  }
}

void read_acr(const Delivery& delivery, PushList& pushes) {
  if (string_or(delivery.body, "action").empty()) return pushes.refuse("action is missing");
  read_push_event(delivery.receiver, delivery.body, pushes);
}

// {events: [{id, action, target: {mediaType, repository, tag}, request: {host}}]}
void read_distribution(const Delivery& delivery, PushList& pushes) {
  const Json& events = at_path(delivery.body, {"events"});
  if (!events.is_array()) return pushes.refuse("events is no list");
  for (const Json& event : events) read_push_event(delivery.receiver, event, pushes);
}

// {domain: docker, event_type: pushed, data: {repo_key, image_name, tag}}. Whether the repository's
// key is part of the path or of the host is a matter of its set-up; what nobody follows costs
// nothing.
void read_jfrog(const Delivery& delivery, PushList& pushes) {
  const std::string domain = string_or(delivery.body, "domain");
  if (domain.empty()) return pushes.refuse("domain is missing");
  if (domain != "docker" || string_or(delivery.body, "event_type") != "pushed") return;
  const Json& data = at_path(delivery.body, {"data"});
  const std::string& registry = delivery.receiver.registry;
  const std::string name = string_or(data, "image_name");
  pushes.add(registry + "/" + name, string_or(data, "tag"));
  pushes.add(registry + "/" + string_or(data, "repo_key") + "/" + name, string_or(data, "tag"));
}

// {repositoryName, action, component: {format: docker, name, version}}: as with JFrog.
void read_nexus(const Delivery& delivery, PushList& pushes) {
  pushes.add_delivery(find_header(delivery.headers, "X-Nexus-Webhook-Delivery").value_or(""));
  const Json& component = at_path(delivery.body, {"component"});
  const std::string action = string_or(delivery.body, "action");
  if (action.empty()) return pushes.refuse("action is missing");
  const bool is_push = action == "CREATED" || action == "UPDATED";
  if (!is_push || string_or(component, "format") != "docker") return;
  const std::string& registry = delivery.receiver.registry;
  const std::string name = string_or(component, "name");
  const std::string tag = string_or(component, "version");
  pushes.add(registry + "/" + name, tag);
  pushes.add(registry + "/" + string_or(delivery.body, "repositoryName") + "/" + name, tag);
}

}  // namespace freshet::webhooks
