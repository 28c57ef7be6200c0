// Paths of Kubernetes objects.
#include "controller/runtime/paths.h"

#include "base/http.h"
#include "config/rollout_policy.h"

namespace freshet {

namespace {

constexpr const char* kFreshetApi = "/apis/freshet.dev/v1alpha1";
constexpr const char* kKnativeApi = "/apis/serving.knative.dev/v1";
constexpr const char* kCoreApi = "/api/v1";
constexpr const char* kTektonApi = "/apis/tekton.dev/v1";
constexpr const char* kCoordinationApi = "/apis/coordination.k8s.io/v1";
constexpr const char* kRevisionLabel = "serving.knative.dev/revision";

std::string collection(const std::string& api, const std::string& name_space,
                       const std::string& resource) {
  if (name_space.empty()) return api + "/" + resource;
  return api + "/namespaces/" + percent_encode(name_space) + "/" + resource;
}

}  // namespace

std::string tracked_services_path(const std::string& name_space) {
  return collection(kFreshetApi, name_space, "trackedservices");
}

std::string tracked_service_path(const ServiceKey& key) {
  return tracked_services_path(key.name_space) + "/" + percent_encode(key.name);
}

std::string policies_path(const std::string& kind, const std::string& name_space) {
  if (kind == kRolloutApproval) return collection(kFreshetApi, name_space, "rolloutapprovals");
  const bool cluster = kind == kClusterRolloutPolicy;
  return collection(kFreshetApi, cluster ? "" : name_space,
                    cluster ? "clusterrolloutpolicies" : "rolloutpolicies");
}

std::string policy_path(const std::string& kind, const ServiceKey& key) {
  return policies_path(kind, key.name_space) + "/" + percent_encode(key.name);
}

std::string services_path(const std::string& name_space) {
  return collection(kKnativeApi, name_space, "services");
}

std::string service_path(const ServiceKey& key) {
  return services_path(key.name_space) + "/" + percent_encode(key.name);
}

std::string revisions_path(const std::string& name_space) {
  return collection(kKnativeApi, name_space, "revisions");
}

std::string revision_pods_path(const ServiceKey& service, const RevisionName& revision) {
  return collection(kCoreApi, service.name_space, "pods") +
         "?labelSelector=" + percent_encode(std::string(kRevisionLabel) + "=" + revision.get());
}

std::string secret_path(const ServiceKey& key) {
  return collection(kCoreApi, key.name_space, "secrets") + "/" + percent_encode(key.name);
}

std::string definition_path(const std::string& name) {
  return "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + name;
}

std::string service_account_path(const ServiceKey& key) {
  return collection(kCoreApi, key.name_space, "serviceaccounts") + "/" + percent_encode(key.name);
}

std::string leases_path(const std::string& name_space) {
  return collection(kCoordinationApi, name_space, "leases");
}

std::string lease_path(const ServiceKey& key) {
  return leases_path(key.name_space) + "/" + percent_encode(key.name);
}

std::string task_runs_path(const std::string& name_space) {
  return collection(kTektonApi, name_space, "taskruns");
}

std::string task_run_path(const ServiceKey& key) {
  return task_runs_path(key.name_space) + "/" + percent_encode(key.name);
}

std::string events_path(const std::string& name_space) {
  return collection(kCoreApi, name_space, "events");
}

}  // namespace freshet
