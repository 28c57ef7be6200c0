// freshet why: one paragraph about one service.
#include <CLI/CLI.hpp>
#include <memory>

#include "controller/cli/cluster.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/cli/render.h"

namespace freshet {
namespace {

struct WhyOptions {
  std::string service;
  ClusterFlags cluster;
};

int run_why(const WhyOptions& options, Context& context) {
  auto cluster = connect(context, options.cluster);
  if (!cluster) return report(context, cluster.error());
  const Result<ServiceDetail> detail = read_service(**cluster, options.service);
  if (!detail) return report(context, detail.error());
  RenderOptions how;
  how.now = context.clock.now();
  how.columns = context.out.columns;
  context.out.print(why_paragraph(*detail, how));
  return kDone;
}

}  // namespace

void add_why_command(CLI::App& app, Context& context) {
  auto options = std::make_shared<WhyOptions>();  // lives as long as the callback below
  CLI::App* command =
      app.add_subcommand("why", "Say what runs, and why the newest image is or is not out");
  command->add_option("SERVICE", options->service, "Tracked service")->required();
  add_cluster_flags(*command, options->cluster);
  add_examples(*command, context, {"why checkout -n shop"});
  command->callback([options, &context] { context.exit_code = run_why(*options, context); });
}

}  // namespace freshet
