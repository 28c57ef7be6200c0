// Defaulting and validation of Knative Services.
#include "controller/sandbox/webhook.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/time.h"
#include "controller/model/image_reference.h"
#include "controller/sandbox/traffic_rules.h"

namespace freshet::sandbox {
namespace {

constexpr const char* kCreator = "serving.knative.dev/creator";
constexpr const char* kLastModifier = "serving.knative.dev/lastModifier";
constexpr const char* kRolloutDuration = "serving.knative.dev/rollout-duration";
constexpr const char* kProgressDeadline = "serving.knative.dev/progress-deadline";

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

void check_whole_seconds(const Json& annotations, const std::string& name, const std::string& path,
                         std::vector<FieldProblem>& problems) {
  const std::string text = string_or(annotations, name);
  if (text.empty()) return;
  const auto time = parse_duration(text);
  if (time && *time % seconds(1) == Duration{}) return;
  const std::string last = name.substr(name.find('/') + 1);
  const bool is_time = time || text.find('.') != std::string::npos;  // ours has no fractions
  problems.push_back({is_time ? fmt::format("{}={} is not at second precision", last, text)
                              : "invalid value: " + text,
                      path + "." + name, ""});
}

void check_annotations(const Json& old, const Json& service, std::vector<FieldProblem>& problems) {
  const Json& annotations = annotations_of(service);
  if (!annotations.is_object()) return;
  const auto changed = [&](const char* name) {
    const std::string before = string_or(annotations_of(old), name);
    return !before.empty() && string_or(annotations, name) != before;
  };
  if (changed(kCreator)) {
    problems.push_back(
        {"annotation value is immutable", std::string("metadata.annotations.") + kCreator, ""});
  }
  if (changed(kLastModifier) && at_path(old, {"spec"}) == at_path(service, {"spec"})) {
    problems.push_back({"invalid value: " + string_or(annotations, kLastModifier),
                        std::string("metadata.annotations.") + kLastModifier, ""});
  }
  for (const auto& [name, value] : annotations.items()) {
    if (!name.starts_with("autoscaling.knative.dev/")) continue;
    problems.push_back({fmt::format("invalid key name \"{}\"", name), "metadata.annotations",
                        "autoscaling annotations must be put under "
                        "\"spec.template.metadata.annotations\" to work"});
  }
  check_whole_seconds(annotations, kRolloutDuration, "metadata.annotations", problems);
}

void check_template(const Json& old, const Json& service, std::vector<FieldProblem>& problems) {
  const Json& tmpl = at_path(service, {"spec", "template"});
  const Json& containers = at_path(tmpl, {"spec", "containers"});
  if (!containers.is_array() || containers.empty()) {
    problems.push_back({"missing field(s)", "spec.template.spec.containers", ""});
    return;
  }
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const std::string image = string_or(containers[i], "image");
    const std::string path = fmt::format("spec.template.spec.containers[{}].image", i);
    if (image.empty()) {
      problems.push_back({"missing field(s)", path, ""});
    } else if (!parse_image_reference(image)) {
      problems.push_back(
          {"Failed to parse image reference", path,
           fmt::format("image: \"{0}\", error: could not parse reference: {0}", image)});
    }
  }
  check_whole_seconds(annotations_of(tmpl), kProgressDeadline, "spec.template.metadata.annotations",
                      problems);
  const std::string name = string_or(at_path(tmpl, {"metadata"}), "name");
  if (name.empty()) return;
  const std::string path = "spec.template.metadata.name";
  const std::string prefix = string_or(at_path(service, {"metadata"}), "name") + "-";
  if (!is_dns1035_label(name)) {
    problems.push_back({std::string(kNotALabel), path, ""});
  } else if (!name.starts_with(prefix)) {
    problems.push_back(
        {fmt::format("invalid value: \"{}\" must have prefix \"{}\"", name, prefix), path, ""});
  }
  const Json& before = at_path(old, {"spec", "template"});
  if (string_or(at_path(before, {"metadata"}), "name") == name && before != tmpl) {
    problems.push_back({"Saw the following changes without a name change (-old +new)", path,
                        "spec.template differs"});
  }
}

void default_probe(Json& container) {
  set_default(container, "readinessProbe", Json::object());
  Json& probe = container["readinessProbe"];
  bool has_way = false;
  for (const char* way : {"tcpSocket", "httpGet", "exec", "grpc"}) {
    has_way = has_way || probe.contains(way);
  }
  if (!has_way) probe["tcpSocket"] = Json::object();
  for (const char* way : {"tcpSocket", "httpGet"}) {
    if (probe.contains(way)) set_default(probe[way], "port", 0);
  }
  set_default(probe, "successThreshold", 1);
  if (int_or(probe, "periodSeconds", 0) == 0) return;
  set_default(probe, "failureThreshold", 3);
  set_default(probe, "timeoutSeconds", 1);
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
    if (at_path(container, {"ports"}).is_array()) {
      for (Json& port : container["ports"]) set_default(port, "protocol", "TCP");
    }
    if (serves(container, containers.size())) default_probe(container);
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
  return {};
}

Allowed<void> admit_revision(const Json& old, const Json& revision) {
  if (old.is_null() || at_path(old, {"spec"}) == at_path(revision, {"spec"})) return {};
  return refuse(denied_by_knative("Immutable fields changed (-old +new): spec\nspec differs"));
}

}  // namespace freshet::sandbox
