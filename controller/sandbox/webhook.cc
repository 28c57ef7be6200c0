// Defaulting and validation of Knative Services.
#include "controller/sandbox/webhook.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/time.h"
#include "controller/sandbox/traffic_rules.h"

namespace freshet::sandbox {
namespace {

constexpr const char* kCreator = "serving.knative.dev/creator";
constexpr const char* kLastModifier = "serving.knative.dev/lastModifier";
constexpr const char* kRolloutDuration = "serving.knative.dev/rollout-duration";

const Json& annotations_of(const Json& object) {
  return at_path(object, {"metadata", "annotations"});
}

void set_default(Json& object, const char* field, Json value) {
  if (!object.contains(field) || object[field].is_null()) object[field] = std::move(value);
}

bool serves(const Json& container, std::size_t count) {
  const Json& ports = at_path(container, {"ports"});
  return count == 1 || (ports.is_array() && !ports.empty());
}

void sign(const Json& old, Json& service, const std::string& user) {
  Json& annotations = service["metadata"]["annotations"];
  if (!annotations.is_object()) annotations = Json::object();
  if (old.is_null()) {
    annotations[kCreator] = user;
    annotations[kLastModifier] = user;
  } else if (at_path(old, {"spec"}) != at_path(service, {"spec"})) {
    annotations[kLastModifier] = user;
  }
}

void check_annotations(const Json& old, const Json& service, std::vector<FieldProblem>& problems) {
  const Json& annotations = annotations_of(service);
  if (!annotations.is_object()) return;
  const std::string creator = string_or(annotations_of(old), kCreator);
  if (!old.is_null() && !creator.empty() && string_or(annotations, kCreator) != creator) {
    problems.push_back(
        {"annotation value is immutable", std::string("metadata.annotations.") + kCreator, ""});
  }
  for (const auto& [name, value] : annotations.items()) {
    if (!name.starts_with("autoscaling.knative.dev/")) continue;
    problems.push_back({fmt::format("invalid key name \"{}\"", name), "metadata.annotations",
                        "autoscaling annotations must be put under "
                        "\"spec.template.metadata.annotations\" to work"});
  }
  if (!annotations.contains(kRolloutDuration)) return;
  const std::string text = string_or(annotations, kRolloutDuration);
  const auto whole = parse_duration(text);
  if (whole && *whole % seconds(1) == Duration{}) return;
  problems.push_back({fmt::format("rollout-duration={} is not at second precision", text),
                      std::string("metadata.annotations.") + kRolloutDuration, ""});
}

void check_template(const Json& old, const Json& service, std::vector<FieldProblem>& problems) {
  const Json& tmpl = at_path(service, {"spec", "template"});
  const Json& containers = at_path(tmpl, {"spec", "containers"});
  if (!containers.is_array() || containers.empty()) {
    problems.push_back({"missing field(s)", "spec.template.spec.containers", ""});
    return;
  }
  for (std::size_t i = 0; i < containers.size(); ++i) {
    if (!string_or(containers[i], "image").empty()) continue;
    problems.push_back(
        {"missing field(s)", fmt::format("spec.template.spec.containers[{}].image", i), ""});
  }
  const std::string name = string_or(at_path(tmpl, {"metadata"}), "name");
  if (name.empty()) return;
  const std::string path = "spec.template.metadata.name";
  const std::string prefix = string_or(at_path(service, {"metadata"}), "name") + "-";
  if (!name.starts_with(prefix)) {
    problems.push_back(
        {fmt::format("invalid value: \"{}\" must have prefix \"{}\"", name, prefix), path, ""});
  }
  const Json& before = at_path(old, {"spec", "template"});
  if (string_or(at_path(before, {"metadata"}), "name") == name && before != tmpl) {
    problems.push_back({"Saw the following changes without a name change (-old +new)", path,
                        "spec.template differs"});
  }
}

}  // namespace

void default_template(Json& tmpl) {
  Json& spec = tmpl["spec"];
  if (!spec.is_object()) return;
  set_default(spec, "containerConcurrency", 0);
  set_default(spec, "timeoutSeconds", 300);
  set_default(spec, "enableServiceLinks", false);
  Json& containers = spec["containers"];
  if (!containers.is_array()) return;
  for (std::size_t i = 0; i < containers.size(); ++i) {
    Json& container = containers[i];
    if (!container.is_object()) continue;
    const bool is_only = containers.size() == 1;
    set_default(container, "name",
                is_only ? "user-container" : fmt::format("user-container-{}", i));
    set_default(container, "resources", Json::object());
    if (!serves(container, containers.size())) continue;
    set_default(container, "readinessProbe",
                {{"successThreshold", 1}, {"tcpSocket", {{"port", 0}}}});
  }
}

Allowed<void> admit_service(const Json& old, Json& service, const std::string& user) {
  if (!at_path(service, {"spec"}).is_object()) service["spec"] = Json::object();
  Json& spec = service["spec"];
  const std::string problem = undecodable_traffic(at_path(spec, {"traffic"}));
  if (!problem.empty()) return refuse(not_decodable_by_knative(problem));
  default_traffic(spec);
  if (!at_path(spec, {"template"}).is_object()) spec["template"] = Json::object();
  default_template(spec["template"]);
  sign(old, service, user);
  std::vector<FieldProblem> problems = traffic_problems(spec["traffic"]);
  check_annotations(old, service, problems);
  check_template(old, service, problems);
  if (!problems.empty()) return refuse(denied_by_knative(to_text(std::move(problems))));
  // Fields that Knative does not know are pruned from a target, silently.
  for (Json& target : spec["traffic"]) {
    Json known = Json::object();
    for (const char* field : {"latestRevision", "percent", "revisionName", "tag"}) {
      if (target.contains(field)) known[field] = target[field];
    }
    target = std::move(known);
  }
  return {};
}

Allowed<void> admit_revision(const Json& old, const Json& revision) {
  if (old.is_null() || at_path(old, {"spec"}) == at_path(revision, {"spec"})) return {};
  return refuse(denied_by_knative("Immutable fields changed (-old +new): spec\nspec differs"));
}

}  // namespace freshet::sandbox
