// Views: Knative objects as the API returns them, read into the model's values.
// Source of the shapes: knative.dev/serving v1 (Service, Revision), core/v1 (Pod).
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "controller/model/observation.h"

namespace freshet {

// What `kn` notes of the image that a user named, where the template has a digest.
inline constexpr std::string_view kUserImageAnnotation = "client.knative.dev/user-image";

// Unknown fields are ignored; an object without name, uid, resourceVersion or a template is an
// error (kBadInput).
Result<ServiceView> service_view(const Json& service);
Result<RevisionView> revision_view(const Json& revision);

// Facts of all pods of one Revision, from a list reply. Only `containers`, its own, are looked at:
// not Knative's queue-proxy, nor what a mesh or an agent puts beside them. A shape that cannot be
// read counts nothing.
bool has_pods(const Json& pod_list);  // that have not ended; true where it cannot be told
PodFacts pod_facts(const Json& pod_list, const std::set<ContainerName>& containers);

// Names in imagePullSecrets of a pod's spec or of a ServiceAccount; at most kMaxPullSecrets. The
// API server checks none of them: what no object can be called is left out.
std::vector<std::string> listed_pull_secrets(const Json& owner);

// spec.traffic or status.traffic; percents out of range read as 0.
Traffic traffic_from_json(const Json& list);
Json traffic_to_json(const Traffic& traffic);  // for spec.traffic

// Condition `type` of any Kubernetes status; absent: kUnknown.
ConditionView condition_view(const Json& status, std::string_view type);

}  // namespace freshet
