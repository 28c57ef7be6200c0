// freshet untrack: deletes TrackedServices and waits until the controller has let go of each.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "controller/cli/cluster.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/runtime/paths.h"

namespace freshet {
namespace {

struct UntrackOptions {
  std::string service;
  bool all = false;
  bool all_namespaces = false;
  Duration timeout = minutes(2);
  ClusterFlags cluster;
};

Result<std::vector<ServiceKey>> chosen(ClusterConnection& cluster, const UntrackOptions& options) {
  std::vector<ServiceKey> keys;
  if (!options.all) {
    const Result<Json> object = find_tracked(cluster, options.service);
    if (!object) return object.error();
    const Json& metadata = at_path(*object, {"metadata"});
    keys.push_back({string_or(metadata, "namespace"), string_or(metadata, "name")});
    return keys;
  }
  const auto fleet = read_fleet(cluster, options.all_namespaces ? "" : cluster.name_space);
  if (!fleet) return fleet.error();
  for (const ServiceDetail& one : *fleet) {
    keys.push_back({one.tracked.name_space, one.tracked.name});
  }
  return keys;
}

Status remove(ClusterConnection& cluster, const std::vector<ServiceKey>& keys) {
  for (const ServiceKey& key : keys) {
    const auto deleted = cluster.kube->del(tracked_service_path(key));
    if (deleted || deleted.error().kind == ErrorKind::kNotFound) continue;
    return tl::unexpected(deleted.error());
  }
  return {};
}

int wait_until_gone(Context& context, ClusterConnection& cluster, std::vector<ServiceKey> left,
                    Duration timeout) {
  const TimePoint began = context.clock.now();
  while (true) {
    std::erase_if(left, [&](const ServiceKey& key) {
      const auto present = cluster.kube->get(tracked_service_path(key));
      if (present || present.error().kind != ErrorKind::kNotFound) return false;
      context.out.print("✓ " + to_string(key) + " is no longer tracked\n");
      return true;
    });
    if (left.empty()) return kDone;
    if (context.clock.now() - began >= timeout || context.stop()) break;
    context.sleep(kLookEvery);
  }
  for (const ServiceKey& key : left) {
    context.out.complain(to_string(key) + " is not let go after " + format_duration(timeout) +
                         ": the controller hands its traffic back first; is it running?");
  }
  return kTimedOut;
}

int run_untrack(const UntrackOptions& options, Context& context) {
  if (options.all != options.service.empty()) {
    return report(context, bad_input("name one SERVICE, or --all"));
  }
  if (options.all_namespaces && !options.all) {
    return report(context, bad_input("-A goes with --all"));
  }
  auto cluster = connect(context, options.cluster);
  if (!cluster) return report(context, cluster.error());
  const Result<std::vector<ServiceKey>> keys = chosen(**cluster, options);
  if (!keys) return report(context, keys.error());
  if (keys->empty()) context.out.print("nothing is tracked here\n");
  if (const Status removed = remove(**cluster, *keys); !removed) {
    return report(context, removed.error());
  }
  return wait_until_gone(context, **cluster, *keys, options.timeout);
}

}  // namespace

void add_untrack_command(CLI::App& app, Context& context) {
  auto options = std::make_shared<UntrackOptions>();  // lives as long as the callback below
  CLI::App* command =
      app.add_subcommand("untrack", "Follow a service no longer; its traffic is handed back");
  command->add_option("SERVICE", options->service, "Tracked service");
  command->add_flag("--all", options->all, "Every service of the namespace");
  command->add_flag("-A,--all-namespaces", options->all_namespaces,
                    "With --all: of every namespace");
  add_duration_flag(*command, "--timeout", options->timeout, "Longest wait until it is let go");
  add_cluster_flags(*command, options->cluster);
  add_examples(*command, context, {"untrack checkout", "untrack --all -A"});
  command->callback([options, &context] { context.exit_code = run_untrack(*options, context); });
}

}  // namespace freshet
