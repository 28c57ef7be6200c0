// Kinds and paths of the simulated API.
#include "controller/sandbox/kinds.h"

#include <array>
#include <vector>

#include "base/text.h"

namespace freshet::sandbox {

const Kind kTrackedServices{"freshet.dev",    "v1alpha1", "trackedservices",
                            "TrackedService", true,       true};
const Kind kRolloutPolicies{"freshet.dev",   "v1alpha1", "rolloutpolicies",
                            "RolloutPolicy", true,       true};
const Kind kClusterRolloutPolicies{"freshet.dev",          "v1alpha1", "clusterrolloutpolicies",
                                   "ClusterRolloutPolicy", false,      true};
const Kind kRolloutApprovals{"freshet.dev", "v1alpha1", "rolloutapprovals", "RolloutApproval"};
const Kind kServices{"serving.knative.dev", "v1", "services", "Service", true, true};
const Kind kConfigurations{
    "serving.knative.dev", "v1", "configurations", "Configuration", true, false, true};
const Kind kRoutes{"serving.knative.dev", "v1", "routes", "Route", true, false, true};
const Kind kRevisions{"serving.knative.dev", "v1", "revisions", "Revision", true, true};
const Kind kPods{"", "v1", "pods", "Pod", true, true};
const Kind kSecrets{"", "v1", "secrets", "Secret", true, false};
const Kind kServiceAccounts{"", "v1", "serviceaccounts", "ServiceAccount", true, false};
const Kind kNamespaces{"", "v1", "namespaces", "Namespace", false, true};
const Kind kNodes{"", "v1", "nodes", "Node", false};  // created with a status, as by a kubelet
const Kind kEvents{"", "v1", "events", "Event", true, false};
const Kind kLeases{"coordination.k8s.io", "v1", "leases", "Lease", true, false};
const Kind kTaskRuns{"tekton.dev", "v1", "taskruns", "TaskRun", true, true};
const Kind kDefinitions{"apiextensions.k8s.io",     "v1",  "customresourcedefinitions",
                        "CustomResourceDefinition", false, true};

namespace {

constexpr std::array<const Kind*, 17> kKinds = {
    &kTrackedServices,  &kServices,        &kConfigurations,
    &kRoutes,           &kRevisions,       &kPods,
    &kEvents,           &kLeases,          &kSecrets,
    &kServiceAccounts,  &kNamespaces,      &kNodes,
    &kDefinitions,      &kRolloutPolicies, &kClusterRolloutPolicies,
    &kRolloutApprovals, &kTaskRuns};

const Kind* kind_at(std::string_view group, std::string_view version, std::string_view plural) {
  for (const Kind* kind : kKinds) {
    if (kind->group == group && kind->version == version && kind->plural == plural) return kind;
  }
  return nullptr;
}

// Takes group and version off the front of a path's parts.
bool take_api(std::vector<std::string>& parts, std::string& group, std::string& version) {
  const std::size_t length = !parts.empty() && parts[0] == "apis" ? 3 : 2;
  if (parts.size() <= length || (length == 2 && parts[0] != "api")) return false;
  group = length == 3 ? parts[1] : "";
  version = parts[length - 1];
  parts.erase(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(length));
  return true;
}

}  // namespace

std::span<const Kind* const> all_kinds() { return kKinds; }

std::string Kind::api_version() const {
  return group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version);
}

std::string Kind::qualified() const {
  return group.empty() ? std::string(plural) : std::string(plural) + "." + std::string(group);
}

const Kind* find_kind(std::string_view api_version, std::string_view kind) {
  for (const Kind* known : kKinds) {
    if (known->api_version() == api_version && known->kind == kind) return known;
  }
  return nullptr;
}

std::map<std::string, std::string> parse_query(std::string_view text) {
  std::map<std::string, std::string> query;
  for (const std::string& pair : split(text, '&')) {
    if (pair.empty()) continue;
    std::string spaced = pair;  // in a query '+' is a space (HTML forms, and Go's net/url)
    for (char& c : spaced) c = c == '+' ? ' ' : c;
    const std::size_t equals = std::min(spaced.find('='), spaced.size());
    const auto name = percent_decode(spaced.substr(0, equals));
    const auto value =
        percent_decode(equals == spaced.size() ? "" : std::string_view(spaced).substr(equals + 1));
    if (name && value) query[*name] = *value;
  }
  return query;
}

std::optional<ApiTarget> parse_target(std::string_view target) {
  const std::size_t question = std::min(target.find('?'), target.size());
  std::vector<std::string> parts;
  for (const std::string& part : split(target.substr(0, question), '/')) {
    const auto decoded = percent_decode(part);
    if (!decoded) return std::nullopt;
    if (!decoded->empty()) parts.push_back(*decoded);
  }
  ApiTarget out;
  if (question < target.size()) out.query = parse_query(target.substr(question + 1));
  std::string group;
  std::string version;
  if (!take_api(parts, group, version)) return std::nullopt;
  const bool in_namespace =
      parts.size() >= 3 && parts[0] == "namespaces" && kind_at(group, version, parts[2]) != nullptr;
  if (in_namespace) {
    out.key.name_space = parts[1];
    parts.erase(parts.begin(), parts.begin() + 2);
  }
  out.kind = kind_at(group, version, parts[0]);
  if (out.kind == nullptr || parts.size() > 3) return std::nullopt;
  if (in_namespace && !out.kind->is_namespaced) return std::nullopt;
  if (parts.size() > 1) out.key.name = parts[1];
  if (parts.size() > 2) out.subresource = parts[2];
  const bool lacks_namespace = out.kind->is_namespaced && out.key.name_space.empty();
  if (lacks_namespace && !out.key.name.empty()) return std::nullopt;
  if (!out.subresource.empty() && (out.subresource != "status" || !out.kind->has_status)) {
    return std::nullopt;
  }
  return out;
}

std::string query_or(const ApiTarget& target, const char* name, const char* otherwise) {
  const auto found = target.query.find(name);
  return found == target.query.end() ? otherwise : found->second;
}

}  // namespace freshet::sandbox
