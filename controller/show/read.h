// Reading tracked services from a cluster.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "controller/kube/client.h"
#include "controller/show/detail.h"

namespace freshet {

// The tracked services of a namespace ("": of all), one by one and in no order; never more than
// some pages of them are held. `begin` is called before the first, and again where all begins
// anew. Of Knative Services what tables show; where they may not be read their part is left out.
// kRefused: the cluster does not know TrackedService. Everything is called on the caller's thread.
enum class FleetPart {
  kWhole,
  kForTable,      // what the table of `status` shows
  kTrackedAlone,  // what the table of `age` shows: nothing of Knative Services
};
Status read_each(KubeClient& kube, const std::string& name_space, FleetPart part,
                 const std::function<void()>& begin,
                 const std::function<void(ServiceDetail)>& on_detail);

// Members of a TrackedService that are not read for it. None of them is one of a spec.
LeftOutMembers left_out_for(FleetPart part);

// All of them, by namespace and name.
Result<std::vector<ServiceDetail>> read_fleet(KubeClient& kube, const std::string& name_space);

// The TrackedService that the name means: the one of that name, else the one that follows the
// Service of that name. kNotFound with the nearest name, or with how to begin.
Result<Json> find_tracked(KubeClient& kube, const ServiceKey& key);

// A TrackedService with its Knative Service and that one's Revisions.
Result<ServiceDetail> read_rest(KubeClient& kube, const Json& tracked);

}  // namespace freshet
