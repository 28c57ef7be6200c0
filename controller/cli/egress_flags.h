// The proxy to the outside: the controller's two flags, and what the environment says instead.
#pragma once

#include <string>

#include "controller/kube/kubeconfig.h"
#include "controller/net/egress_proxy.h"

namespace CLI {
class App;
}

namespace freshet {

struct EgressFlags {
  std::string proxy;
  std::string no_proxy;
};
void add_egress_flags(CLI::App& command, EgressFlags& flags);

// For registries, their token services, sinks of notifications and issuers of ID tokens. Not for
// what is the cluster's own: API server, Prometheus, gates. A flag that is empty stands for
// HTTPS_PROXY or NO_PROXY, in either case of letters.
Result<EgressProxy> egress_proxy(const EgressFlags& flags, const KubeSources& sources);

}  // namespace freshet
