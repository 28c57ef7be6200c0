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

struct Egress {
  EgressProxy proxy;
  std::string ignored;  // why what the environment names is not used, in a sentence; "" if it is
};
// For registries, their token services, sinks of notifications and issuers of ID tokens. Not for
// what is the cluster's own: API server, Prometheus, gates. A flag that is empty stands for
// HTTPS_PROXY or NO_PROXY, in either case of letters. These may be meant for others: what cannot be
// used of them is no error, and nothing goes through a proxy then.
Result<Egress> find_egress(const EgressFlags& flags, const KubeSources& sources);

}  // namespace freshet
