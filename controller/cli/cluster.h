// Reading tracked services from the cluster of a command.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/time.h"
#include "controller/cli/context.h"
#include "controller/show/read.h"

namespace freshet {

// How often a command looks whether the controller has done what it was asked for.
constexpr Duration kLookEvery{500};

// As in show/read.h, in the namespace of the command unless one is given.
Status read_each(ClusterConnection& cluster, const std::string& name_space, FleetPart part,
                 const std::function<void()>& begin,
                 const std::function<void(ServiceDetail)>& on_detail);
Result<std::vector<ServiceDetail>> read_fleet(ClusterConnection& cluster,
                                              const std::string& name_space);
Result<Json> find_tracked(ClusterConnection& cluster, const std::string& name);
Result<ServiceDetail> read_service(ClusterConnection& cluster, const std::string& name);

}  // namespace freshet
