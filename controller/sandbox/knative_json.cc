// Statuses of Services and Revisions, and new Revisions.
#include "controller/sandbox/knative_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace freshet::sandbox {
namespace {

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

Json revision_object(const Json& service, const std::string& name, std::int64_t generation) {
  const Json& tmpl = at_path(service, {"spec", "template"});
  const std::string owner = name_of(service);
  const Json& from_template = at_path(tmpl, {"metadata", "annotations"});
  const Json& own_labels = at_path(tmpl, {"metadata", "labels"});
  Json annotations = from_template.is_object() ? from_template : Json::object();
  Json labels = own_labels.is_object() ? own_labels : Json::object();
  const Json& of_service = at_path(service, {"metadata", "annotations"});
  annotations["serving.knative.dev/creator"] =
      string_or(of_service, "serving.knative.dev/lastModifier");
  labels[kServiceLabel] = owner;
  labels[kConfigurationLabel] = owner;
  labels[kGenerationLabel] = std::to_string(generation);
  labels["serving.knative.dev/serviceUID"] = string_or(at_path(service, {"metadata"}), "uid");
  labels[kRoutingStateLabel] = "active";
  const Json owner_reference = {{"apiVersion", "serving.knative.dev/v1"},
                                {"kind", "Configuration"},
                                {"name", owner},
                                {"controller", true},
                                {"blockOwnerDeletion", true}};
  return {{"metadata",
           {{"name", name},
            {"namespace", space_of(service)},
            {"annotations", std::move(annotations)},
            {"labels", std::move(labels)},
            {"ownerReferences", Json::array({owner_reference})}}},
          {"spec", at_path(tmpl, {"spec"})}};
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
