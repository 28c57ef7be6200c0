// freshet approve: a RolloutApproval of the rollout that waits; who may create one may approve.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "config/rollout_policy.h"
#include "controller/cli/cluster.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/cli/order.h"
#include "controller/model/shadow.h"
#include "controller/runtime/paths.h"

namespace freshet {
namespace {

struct ApproveOptions {
  std::string service;
  std::string rollout;  // "": the one that goes on
  std::string reason;
  ClusterFlags cluster;
};

int run_approve(const ApproveOptions& options, Context& context) {
  if (const Status good = check_reason(options.reason); !good) {
    return report(context, good.error());
  }
  auto cluster = connect(context, options.cluster);
  if (!cluster) return report(context, cluster.error());
  const Result<ServiceDetail> seen = read_service(**cluster, options.service);
  if (!seen) return report(context, seen.error());
  const TrackedService& tracked = seen->tracked;
  const bool is_ours = seen->core && !is_shadow(*seen->core);
  const Rollout* rollout = is_ours ? active_rollout(seen->core->phase) : nullptr;
  if (rollout == nullptr || (!options.rollout.empty() && rollout->id != options.rollout)) {
    return report(context, make_error(ErrorKind::kRefused,
                                      options.rollout.empty()
                                          ? "no rollout of " + tracked.name + " is active"
                                          : "rollout " + options.rollout + " is not active"));
  }
  const Json approval = rollout_approval_json(
      tracked.name_space, {tracked.name, rollout->id, user_name(context), options.reason});
  const auto written = (*cluster)->kube->post(
      policies_path(std::string(kRolloutApproval), tracked.name_space), approval);
  if (!written && written.error().kind == ErrorKind::kConflict) {
    return report(context, make_error(ErrorKind::kRefused,
                                      "rollout " + rollout->id + " is approved already"));
  }
  if (!written) return report(context, written.error());
  context.out.print("✓ rollout " + rollout->id + " of " + tracked.name_space + "/" + tracked.name +
                    " is approved\n");
  return kDone;
}

}  // namespace

void add_approve_command(CLI::App& app, Context& context) {
  auto options = std::make_shared<ApproveOptions>();  // lives as long as the callback below
  CLI::App* command = app.add_subcommand("approve", "Approve a rollout where a policy asks for it");
  command->add_option("SERVICE", options->service, "Tracked service")->required();
  command->add_option("--rollout", options->rollout, "Only this one")->type_name("ID");
  command->add_option("--reason", options->reason, "Why; kept in the history")->type_name("TEXT");
  add_cluster_flags(*command, options->cluster);
  add_examples(*command, context, {"approve checkout --reason 'release 42'"});
  command->callback([options, &context] { context.exit_code = run_approve(*options, context); });
}

}  // namespace freshet
