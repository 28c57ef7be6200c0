// Pods of a Revision, and what their kubelet says of them.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/sandbox/knative_json.h"

namespace freshet::sandbox {
namespace {

Json pod_condition(const char* type, bool holds, TimePoint now) {
  return {{"type", type},
          {"status", holds ? "True" : "False"},
          {"lastTransitionTime", format_rfc3339(std::chrono::floor<seconds>(now))}};
}

Json container_state(const RevisionState& state, const std::string& image, TimePoint now) {
  const std::string at = format_rfc3339(std::chrono::floor<seconds>(now));
  switch (state.phase) {
    case PodPhase::kStarting: return {{"waiting", {{"reason", "ContainerCreating"}}}};
    case PodPhase::kUnschedulable: return Json::object();
    case PodPhase::kReady:
    case PodPhase::kNotReady: return {{"running", {{"startedAt", at}}}};
    case PodPhase::kPullFailing:
      return {{"waiting",
               {{"reason", "ImagePullBackOff"},
                {"message", fmt::format("Back-off pulling image \"{}\"", image)}}}};
    case PodPhase::kCrashed:
      return {
          {"waiting",
           {{"reason", "CrashLoopBackOff"}, {"message", "back-off restarting failed container"}}}};
  }
  return Json::object();
}

Json container_status(const Json& container, const RevisionState& state, TimePoint now) {
  const std::string image = string_or(container, "image");
  Json status = {{"name", string_or(container, "name")},
                 {"image", image},
                 {"ready", state.phase == PodPhase::kReady},
                 {"restartCount", state.restarts},
                 {"state", container_state(state, image, now)}};
  if (state.phase == PodPhase::kCrashed) {  // once it has crashed it does so at once
    const TimePoint started = state.restarts > 1 ? now : state.pods_since;
    status["lastState"] = {{"terminated",
                            {{"exitCode", state.behaviour.exit_code},
                             {"reason", "Error"},
                             {"startedAt", format_rfc3339(std::chrono::floor<seconds>(started))},
                             {"finishedAt", format_rfc3339(std::chrono::floor<seconds>(now))}}}};
  }
  return status;
}

}  // namespace

std::string pod_name(const std::string& revision, int index) {
  const std::string suffix = sha256_hex(fmt::format("{}/{}", revision, index)).substr(0, 5);
  return fmt::format("{}-deployment-{}", revision, suffix);
}

Json pod_object(const Json& revision, int index) {
  const Json& metadata = at_path(revision, {"metadata"});
  const std::string name = string_or(metadata, "name");
  Json labels = Json::object();
  for (const char* label : {kServiceLabel, kConfigurationLabel, kGenerationLabel}) {
    labels[label] = string_or(at_path(metadata, {"labels"}), label);
  }
  labels[kRevisionLabel] = name;
  Json containers = Json::array();
  for (const Json& container : at_path(revision, {"spec", "containers"})) {
    containers.push_back(
        {{"name", string_or(container, "name")}, {"image", string_or(container, "image")}});
  }
  return {{"metadata",
           {{"name", pod_name(name, index)},
            {"namespace", string_or(metadata, "namespace")},
            {"labels", std::move(labels)}}},
          {"spec", {{"containers", std::move(containers)}}}};
}

Json pod_status(const Json& pod, const RevisionState& state, TimePoint now) {
  const bool is_scheduled = state.phase != PodPhase::kUnschedulable;
  const bool is_ready = state.phase == PodPhase::kReady;
  const bool runs =
      is_ready || state.phase == PodPhase::kNotReady || state.phase == PodPhase::kCrashed;
  Json scheduled = pod_condition("PodScheduled", is_scheduled, now);
  Json status = {{"phase", runs ? "Running" : "Pending"}};
  if (!is_scheduled) {
    scheduled["reason"] = "Unschedulable";
    scheduled["message"] = "0/3 nodes are available: 3 Insufficient cpu.";
    status["conditions"] = Json::array({std::move(scheduled)});
    return status;
  }
  status["conditions"] = Json::array({std::move(scheduled), pod_condition("Initialized", true, now),
                                      pod_condition("ContainersReady", is_ready, now),
                                      pod_condition("Ready", is_ready, now)});
  Json containers = Json::array();
  for (const Json& container : at_path(pod, {"spec", "containers"})) {
    containers.push_back(container_status(container, state, now));
  }
  status["containerStatuses"] = std::move(containers);
  return status;
}

}  // namespace freshet::sandbox
