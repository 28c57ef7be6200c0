// Reading tracked services from the cluster of a command.
#include "controller/cli/cluster.h"

#include <nlohmann/json.hpp>

namespace freshet {

Status read_each(ClusterConnection& cluster, const std::string& name_space, FleetPart part,
                 const std::function<void()>& begin,
                 const std::function<void(ServiceDetail)>& on_detail) {
  return read_each(*cluster.kube, name_space, part, begin, on_detail);
}

Result<std::vector<ServiceDetail>> read_fleet(ClusterConnection& cluster,
                                              const std::string& name_space) {
  return read_fleet(*cluster.kube, name_space);
}

Result<Json> find_tracked(ClusterConnection& cluster, const std::string& name) {
  return find_tracked(*cluster.kube, {cluster.name_space, name});
}

Result<ServiceDetail> read_service(ClusterConnection& cluster, const std::string& name) {
  const Result<Json> tracked = find_tracked(cluster, name);
  if (!tracked) return tracked.error();
  return read_rest(*cluster.kube, *tracked);
}

}  // namespace freshet
