// Replica: this controller as one of several, or alone. The flags of its election, and the
// connections that go with it.
#pragma once

#include <memory>
#include <string>

#include "controller/cli/context.h"
#include "controller/runtime/election.h"

namespace CLI {
class App;
}

namespace freshet {

struct ElectionFlags {
  bool is_on = false;
  std::string name_space;  // of the Lease; "": where the controller runs
  LeaseTimes times;
};
void add_election_flags(CLI::App& command, ElectionFlags& flags);

// Without an election `election` is null, and `kube` is the connection's own.
struct Replica {
  std::unique_ptr<KubeClient> lease_client;
  std::unique_ptr<Election> election;
  std::unique_ptr<KubeClient> fenced;
  KubeClient* kube = nullptr;  // for all that the controller does

  bool acts() const { return !election || election->leads(); }
  std::string lost() const { return election ? election->lost() : ""; }
  // Of /readyz: "leading", "standby"; "ok" without an election.
  std::string role() const;
};
// `cluster` must outlive it; the times are checked ones.
Replica make_replica(const ElectionFlags& flags, const Context& context, ClusterConnection& cluster,
                     const Log& log);

}  // namespace freshet
