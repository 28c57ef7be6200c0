// Knative objects read into values.
#include "controller/knative/views.h"

#include <nlohmann/json.hpp>

#include "controller/knative/managers.h"
#include "controller/knative/template_hash.h"

namespace freshet {

namespace {

std::map<std::string, std::string> string_map(const Json& object) {
  std::map<std::string, std::string> out;
  if (!object.is_object()) return out;
  for (const auto& [key, value] : object.items()) {
    if (value.is_string()) out[key] = value.get<std::string>();
  }
  return out;
}

bool is_read(std::string_view annotation) {
  return annotation.starts_with(kAnnotationPrefix) || annotation == kUserImageAnnotation;
}

std::optional<std::string> string_at(const Json& object, std::string_view key) {
  std::string text = string_or(object, key);
  if (text.empty()) return std::nullopt;
  return text;
}

std::optional<RevisionName> name_at(const Json& object, std::string_view key) {
  const auto text = string_at(object, key);
  if (!text) return std::nullopt;
  return RevisionName(*text);
}

std::vector<ContainerView> containers_of(const Json& spec) {
  std::vector<ContainerView> out;
  const Json& list = at_path(spec, {"containers"});
  if (!list.is_array()) return out;
  for (const Json& container : list) {
    const Json& ports = at_path(container, {"ports"});
    out.push_back({ContainerName(string_or(container, "name", "user-container")),
                   string_or(container, "image"), ports.is_array() && !ports.empty()});
  }
  return out;
}

template <class Visit>
void visit_containers(const Json& spec, const Visit& visit) {
  for (const char* list : {"containers", "initContainers"}) {
    const Json& containers = at_path(spec, {list});
    if (!containers.is_array()) continue;
    for (const Json& container : containers) visit(container);
  }
}

std::set<ContainerName> container_names(const Json& spec) {
  std::set<ContainerName> out;
  visit_containers(spec, [&](const Json& container) {
    out.insert(ContainerName(string_or(container, "name", "user-container")));
  });
  return out;
}

// No pair but those of followed containers names them (planner/look.h); where there is one
// container it is followed.
ImageTexts images_of(const Json& spec) {
  ImageTexts out;
  visit_containers(spec, [&](const Json& container) {
    out[ContainerName(string_or(container, "name"))] = string_or(container, "image");
  });
  return out.size() > 1 ? out : ImageTexts{};
}

// Without a name Kubernetes takes the ServiceAccount "default"; one that no object can have is
// nobody's.
PullSecretNames pull_secrets_of(const Json& spec) {
  PullSecretNames names;
  names.service_account = string_or(spec, "serviceAccountName", "default");
  if (!is_object_name(names.service_account)) names.service_account.clear();
  names.secrets = listed_pull_secrets(spec);
  return names;
}

NodePlacement placement_of(const Json& spec) {
  NodePlacement out;
  for (const auto& [label, value] : string_map(at_path(spec, {"nodeSelector"}))) {
    if (label == "kubernetes.io/os") {
      out.os = value;
    } else if (label == "kubernetes.io/arch") {
      out.architecture = value;
    } else {
      out.by_other_rule = true;
    }
  }
  if (!at_path(spec, {"affinity", "nodeAffinity"}).is_null()) out.by_other_rule = true;
  return out;
}

std::map<std::string, std::string> tag_urls(const Json& traffic) {
  std::map<std::string, std::string> urls;
  if (!traffic.is_array()) return urls;
  for (const Json& target : traffic) {
    const std::string tag = string_or(target, "tag");
    if (!tag.empty()) urls[tag] = string_or(target, "url");
  }
  return urls;
}

// "repo:tag@sha256:…" and "repo@sha256:…" alike: only what stands after '@' tells.
std::optional<Digest> digest_in(const std::string& image) {
  const std::size_t at = image.rfind('@');
  if (at == std::string::npos) return std::nullopt;
  const auto digest = Digest::parse(image.substr(at + 1));
  if (!digest) return std::nullopt;
  return *digest;
}

std::map<ContainerName, Digest> resolved_digests(const Json& status) {
  std::map<ContainerName, Digest> digests;
  const Json& list = at_path(status, {"containerStatuses"});
  if (!list.is_array()) return digests;
  for (const Json& container : list) {
    const auto digest = digest_in(string_or(container, "imageDigest"));
    if (digest) digests.emplace(ContainerName(string_or(container, "name")), *digest);
  }
  return digests;
}

Status check_object(const Json& object, const std::string& kind) {
  const Json& metadata = at_path(object, {"metadata"});
  for (const char* field : {"name", "uid", "resourceVersion"}) {
    if (string_or(metadata, field).empty()) {
      return bad_input("the API returned a " + kind + " without metadata." + field);
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> listed_pull_secrets(const Json& owner) {
  std::vector<std::string> names;
  const Json& list = at_path(owner, {"imagePullSecrets"});
  if (!list.is_array()) return names;
  for (const Json& entry : list) {
    if (names.size() == kMaxPullSecrets) break;
    if (auto name = string_or(entry, "name"); is_object_name(name))
      names.push_back(std::move(name));
  }
  return names;
}

ConditionView condition_view(const Json& status, std::string_view type) {
  ConditionView view;
  const Json& list = at_path(status, {"conditions"});
  if (!list.is_array()) return view;
  for (const Json& condition : list) {
    if (string_or(condition, "type") != type) continue;
    const std::string text = string_or(condition, "status");
    view.status = text == "True" ? Tri::kTrue : text == "False" ? Tri::kFalse : Tri::kUnknown;
    view.reason = string_or(condition, "reason");
    view.message = string_or(condition, "message");
    const auto since = parse_rfc3339(string_or(condition, "lastTransitionTime"));
    if (since) view.since = *since;
  }
  return view;
}

Traffic traffic_from_json(const Json& list) {
  Traffic traffic;
  if (!list.is_array()) return traffic;
  for (const Json& entry : list) {
    TrafficTarget target;
    target.revision = name_at(entry, "revisionName");
    target.latest_revision = bool_or(entry, "latestRevision", !target.revision.has_value());
    target.percent = Percent::clamp(int_or(entry, "percent", 0));
    if (const auto tag = string_at(entry, "tag")) target.tag = TrafficTag(*tag);
    traffic.push_back(std::move(target));
  }
  return traffic;
}

Json traffic_to_json(const Traffic& traffic) {
  Json list = Json::array();
  for (const TrafficTarget& target : traffic) {
    Json entry = {{"percent", target.percent.get()}, {"latestRevision", target.latest_revision}};
    if (target.revision && !target.latest_revision) entry["revisionName"] = target.revision->get();
    if (target.tag) entry["tag"] = target.tag->get();
    list.push_back(std::move(entry));
  }
  return list;
}

Result<ServiceView> service_view(const Json& service) {
  if (const Status ok = check_object(service, "Service"); !ok) return ok.error();
  const Json& metadata = at_path(service, {"metadata"});
  const Json& tmpl = at_path(service, {"spec", "template"});
  const Json& status = at_path(service, {"status"});
  if (!tmpl.is_object()) return bad_input("the API returned a Service without spec.template");
  ServiceView view;
  view.key = {string_or(metadata, "namespace"), string_or(metadata, "name")};
  view.uid = Uid(string_or(metadata, "uid"));
  view.resource_version = string_or(metadata, "resourceVersion");
  view.generation = int_or(metadata, "generation", 0);
  view.observed_generation = int_or(status, "observedGeneration", 0);
  view.deleting = !string_or(metadata, "deletionTimestamp").empty();
  if (const auto at = parse_rfc3339(string_or(metadata, "creationTimestamp"))) view.created = *at;
  view.annotations = string_map(at_path(metadata, {"annotations"}));
  view.has_annotations = !view.annotations.empty();
  std::erase_if(view.annotations, [](const auto& entry) { return !is_read(entry.first); });
  view.template_json = dump_json(tmpl);
  view.template_hash = template_hash(tmpl);
  view.template_rollout_id =
      string_at(at_path(tmpl, {"metadata", "annotations"}), kRolloutIdAnnotation);
  view.byo_revision_name = string_at(at_path(tmpl, {"metadata"}), "name");
  view.containers = containers_of(at_path(tmpl, {"spec"}));
  view.images = images_of(at_path(tmpl, {"spec"}));
  view.pull_secrets = pull_secrets_of(at_path(tmpl, {"spec"}));
  view.placement = placement_of(at_path(tmpl, {"spec"}));
  view.traffic = traffic_from_json(at_path(service, {"spec", "traffic"}));
  view.observed_traffic = traffic_from_json(at_path(status, {"traffic"}));
  view.tag_urls = tag_urls(at_path(status, {"traffic"}));
  view.ready = condition_view(status, "Ready");
  view.routes_ready = condition_view(status, "RoutesReady");
  view.configurations_ready = condition_view(status, "ConfigurationsReady");
  view.latest_created = name_at(status, "latestCreatedRevisionName");
  view.latest_ready = name_at(status, "latestReadyRevisionName");
  const Managers managers = find_managers(service);
  view.other_managers = managers.names;
  view.managed_traffic_elsewhere = managers.own_traffic;
  return view;
}

Result<RevisionView> revision_view(const Json& revision) {
  if (const Status ok = check_object(revision, "Revision"); !ok) return ok.error();
  if (!at_path(revision, {"spec"}).is_object()) {
    return bad_input("the API returned a Revision without a spec");
  }
  const Json& metadata = at_path(revision, {"metadata"});
  const Json& status = at_path(revision, {"status"});
  const Json& annotations = at_path(metadata, {"annotations"});
  RevisionView view;
  view.name = RevisionName(string_or(metadata, "name"));
  view.uid = Uid(string_or(metadata, "uid"));
  view.template_json = revision_template_text(revision);
  view.template_hash = revision_template_hash(revision);
  view.images = images_of(at_path(revision, {"spec"}));
  view.containers = container_names(at_path(revision, {"spec"}));
  view.rollout_id = string_at(annotations, kRolloutIdAnnotation);
  view.digests = resolved_digests(status);
  view.ready = condition_view(status, "Ready");
  view.resources_available = condition_view(status, "ResourcesAvailable");
  view.container_healthy = condition_view(status, "ContainerHealthy");
  if (const auto at = parse_rfc3339(string_or(metadata, "creationTimestamp"))) view.created = *at;
  // A condition about an older generation says nothing; Revision specs never change, but Knative
  // sets observedGeneration with its first look.
  if (int_or(status, "observedGeneration", 0) < int_or(metadata, "generation", 0)) {
    view.ready.status = Tri::kUnknown;
  }
  const Json& labels = at_path(metadata, {"labels"});
  if (auto service = string_at(labels, "serving.knative.dev/serviceUID")) {
    view.service = Uid(*std::move(service));
  }
  const auto generation = string_at(labels, "serving.knative.dev/configurationGeneration");
  if (generation) view.configuration_generation = std::strtoll(generation->c_str(), nullptr, 10);
  if (const auto text = string_at(annotations, "serving.knative.dev/progress-deadline")) {
    if (const auto deadline = parse_duration(*text)) view.progress_deadline = *deadline;
  }
  view.deleting = !string_or(metadata, "deletionTimestamp").empty();
  return view;
}

}  // namespace freshet
