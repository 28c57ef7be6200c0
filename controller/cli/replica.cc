// Flags and connections of an election.
#include "controller/cli/replica.h"

#include <CLI/CLI.hpp>
#include <random>

#include "controller/cli/flags.h"

namespace freshet {

namespace {

constexpr const char* kLeaseName = "freshet";  // deploy/rbac.yaml grants it by this name

// The pod's name and something random: a pod that is started anew is another replica.
std::string new_identity(const Context& context) {
  std::random_device random;
  const std::string pod = context.sources.variable("HOSTNAME").value_or("freshet");
  char suffix[9] = {};
  std::snprintf(suffix, sizeof(suffix), "%08x", static_cast<unsigned>(random()));
  return pod + "_" + suffix;
}

}  // namespace

void add_election_flags(CLI::App& command, ElectionFlags& flags) {
  command.add_flag("--leader-elect", flags.is_on,
                   "Act only while holding a Lease, so that several replicas may run (on in "
                   "deploy/; without it this process takes itself for the only one)");
  command
      .add_option("--leader-elect-namespace", flags.name_space,
                  "Namespace of the Lease 'freshet'; default: where the controller runs")
      ->type_name("NAME");
  add_duration_flag(command, "--leader-elect-lease-duration", flags.times.duration,
                    "A standby takes a Lease that was not renewed for so long");
  add_duration_flag(command, "--leader-elect-renew-deadline", flags.times.renew,
                    "A leader that could not renew for so long stops writing and ends");
  add_duration_flag(command, "--leader-elect-retry-period", flags.times.retry,
                    "Between two renewals");
}

std::string Replica::role() const {
  if (!election) return "ok";
  return election->leads() ? "leading" : "standby";
}

Replica make_replica(const ElectionFlags& flags, const Context& context, ClusterConnection& cluster,
                     const Log& log) {
  Replica replica;
  replica.kube = cluster.kube.get();
  if (!flags.is_on) return replica;
  const auto client = [&](KubeClientOptions options) {
    return std::make_unique<KubeClient>(*cluster.transport, *cluster.tokens, context.clock,
                                        std::move(options));
  };
  KubeClientOptions options = cluster.kube->options();
  replica.lease_client = client(lease_client_options(options, flags.times));
  const std::string name_space = flags.name_space.empty() ? cluster.name_space : flags.name_space;
  replica.election = std::make_unique<Election>(
      *replica.lease_client, context.clock,
      ElectionOptions{{name_space, kLeaseName}, new_identity(context), flags.times, log});
  options.time_to_write = [election = replica.election.get()] { return election->time_left(); };
  replica.fenced = client(std::move(options));
  replica.kube = replica.fenced.get();
  return replica;
}

}  // namespace freshet
