// Reading tracked services from a cluster.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "controller/kube/client.h"
#include "controller/show/detail.h"

namespace freshet {

// All tracked services of a namespace ("": of all), by namespace and name. Where Knative Services
// may not be read their part is left out. kRefused: the cluster does not know TrackedService.
Result<std::vector<ServiceDetail>> read_fleet(KubeClient& kube, const std::string& name_space);

// The TrackedService that the name means: the one of that name, else the one that follows the
// Service of that name. kNotFound with the nearest name, or with how to begin.
Result<Json> find_tracked(KubeClient& kube, const ServiceKey& key);

// A TrackedService with its Knative Service and that one's Revisions.
Result<ServiceDetail> read_rest(KubeClient& kube, const Json& tracked);

}  // namespace freshet
