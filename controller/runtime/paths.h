// Paths of the Kubernetes objects that Freshet reads and writes. Names are percent-encoded.
#pragma once

#include <string>

#include "controller/model/names.h"

namespace freshet {

// A namespace of "" means all of them (lists only).
std::string tracked_services_path(const std::string& name_space);
std::string tracked_service_path(const ServiceKey& key);
// Of RolloutPolicy, RolloutApproval (in this namespace, "": everywhere) or ClusterRolloutPolicy.
std::string policies_path(const std::string& kind, const std::string& name_space);
std::string policy_path(const std::string& kind, const ServiceKey& key);
std::string services_path(const std::string& name_space);
std::string service_path(const ServiceKey& key);
std::string revisions_path(const std::string& name_space);
// Pods of one Revision, by label.
std::string revision_pods_path(const ServiceKey& service, const RevisionName& revision);
std::string secret_path(const ServiceKey& key);
std::string service_account_path(const ServiceKey& key);
std::string leases_path(const std::string& name_space);
std::string lease_path(const ServiceKey& key);
std::string events_path(const std::string& name_space);
std::string task_runs_path(const std::string& name_space);
std::string task_run_path(const ServiceKey& key);
inline constexpr const char* kNodesPath = "/api/v1/nodes";
std::string definition_path(const std::string& name);  // of a CustomResourceDefinition

}  // namespace freshet
