// Statuses of Services and Revisions, and what is owned by whom.
#include "controller/sandbox/knative_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "controller/sandbox/metadata.h"

namespace freshet::sandbox {
namespace {

constexpr const char* kServiceUidLabel = "serving.knative.dev/serviceUID";

Json condition_json(const Condition& condition) {
  constexpr const char* kStatus[] = {"True", "False", "Unknown"};
  Json out = {{"type", condition.type},
              {"status", kStatus[static_cast<int>(condition.status)]},
              {"lastTransitionTime", format_rfc3339(std::chrono::floor<seconds>(condition.since))}};
  if (!condition.reason.empty()) out["reason"] = condition.reason;
  if (!condition.message.empty()) out["message"] = condition.message;
  return out;
}

std::string name_of(const Json& object) { return string_or(at_path(object, {"metadata"}), "name"); }
std::string space_of(const Json& object) {
  return string_or(at_path(object, {"metadata"}), "namespace");
}

Json map_of(const Json& object, std::string_view field) {
  const Json& map = at_path(object, {"metadata", field});
  return map.is_object() ? map : Json::object();
}

// The beginning of something in the namespace of its owner.
Json owned(const Json& owner, const char* kind) {
  const Json reference = {{"apiVersion", "serving.knative.dev/v1"},
                          {"kind", kind},
                          {"name", name_of(owner)},
                          {"uid", uid_of(owner)},
                          {"controller", true},
                          {"blockOwnerDeletion", true}};
  return {{"metadata",
           {{"namespace", space_of(owner)}, {"ownerReferences", Json::array({reference})}}}};
}

// What a Service owns has its name, its annotations and its labels.
Json child_of(const Json& service) {
  Json object = owned(service, "Service");
  Json& metadata = object["metadata"];
  metadata["name"] = name_of(service);
  metadata["annotations"] = map_of(service, "annotations");
  metadata["annotations"].erase("kubectl.kubernetes.io/last-applied-configuration");
  metadata["labels"] = map_of(service, "labels");
  metadata["labels"][kServiceLabel] = name_of(service);
  return object;
}

Json shown_traffic(const RouteTargets& targets, const std::string& host) {
  Json list = Json::array();
  for (const RouteTarget& target : targets) {
    Json entry = {{"latestRevision", target.is_latest},
                  {"percent", target.percent},
                  {"revisionName", target.revision}};
    if (!target.tag.empty()) {
      entry["tag"] = target.tag;
      entry["url"] = "http://" + target.tag + "-" + host;
    }
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

std::string tag_host(const std::string& tag, const ServiceKey& service) {
  return fmt::format("{}-{}.{}.example.com", tag, service.name, service.name_space);
}

Json service_status(const Json& service, const ServiceState& state) {
  const std::string name = name_of(service);
  const std::string space = space_of(service);
  const std::string host = fmt::format("{}.{}.example.com", name, space);
  Json status = {
      {"observedGeneration", state.observed},
      {"conditions", Json::array({condition_json(state.configurations), condition_json(state.ready),
                                  condition_json(state.routes)})},
      {"url", "http://" + host},
      {"address", {{"url", fmt::format("http://{}.{}.svc.cluster.local", name, space)}}}};
  if (!state.latest_created.empty()) status["latestCreatedRevisionName"] = state.latest_created;
  if (!state.latest_ready.empty()) status["latestReadyRevisionName"] = state.latest_ready;
  if (!state.shown.empty()) status["traffic"] = shown_traffic(state.shown, host);
  return status;
}

Json configuration_object(const Json& service) {
  Json object = child_of(service);
  Json& metadata = object["metadata"];
  metadata["annotations"].erase("serving.knative.dev/rollout-duration");
  metadata["annotations"][kRoutesAnnotation] = name_of(service);
  metadata["labels"][kServiceUidLabel] = uid_of(service);
  object["spec"] = {{"template", at_path(service, {"spec", "template"})}};
  return object;
}

Json route_object(const Json& service) {
  Json object = child_of(service);
  object["spec"] = {{"traffic", at_path(service, {"spec", "traffic"})}};
  for (Json& target : object["spec"]["traffic"]) {
    if (!target.contains("revisionName")) target["configurationName"] = name_of(service);
  }
  return object;
}

Json revision_object(const Json& configuration, const std::string& name) {
  const Json& tmpl = at_path(configuration, {"spec", "template"});
  const Json& of_configuration = at_path(configuration, {"metadata"});
  Json object = owned(configuration, "Configuration");
  Json& metadata = object["metadata"];
  metadata["name"] = name;
  metadata["annotations"] = map_of(tmpl, "annotations");
  metadata["annotations"]["serving.knative.dev/creator"] =
      string_or(at_path(of_configuration, {"annotations"}), "serving.knative.dev/lastModifier");
  metadata["annotations"][kRoutesAnnotation] = name_of(configuration);
  metadata["labels"] = map_of(tmpl, "labels");
  Json& labels = metadata["labels"];
  labels[kConfigurationLabel] = name_of(configuration);
  labels[kGenerationLabel] = std::to_string(generation_of(configuration));
  labels["serving.knative.dev/configurationUID"] = uid_of(configuration);
  for (const char* label : {kServiceLabel, kServiceUidLabel}) {
    labels[label] = string_or(at_path(of_configuration, {"labels"}), label);
  }
  labels[kRoutingStateLabel] = "active";  // until the Route says otherwise
  object["spec"] = at_path(tmpl, {"spec"});
  return object;
}

Json revision_status(const RevisionState& state) {
  Json status = {
      {"observedGeneration", 1},
      {"conditions", Json::array({condition_json(state.active), condition_json(state.healthy),
                                  condition_json(state.ready), condition_json(state.resources)})},
      {"desiredReplicas", state.pods},
      {"actualReplicas", state.phase == PodPhase::kReady ? state.pods : 0}};
  Json& active = status["conditions"][0];
  active["severity"] = "Info";
  Json containers = Json::array();
  for (const auto& [name, image] : state.digests) {
    Json entry = {{"name", name}};
    if (!image.empty()) entry["imageDigest"] = image;
    containers.push_back(std::move(entry));
  }
  if (!containers.empty()) status["containerStatuses"] = std::move(containers);
  return status;
}

}  // namespace freshet::sandbox
