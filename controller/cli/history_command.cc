// freshet history: the past rollouts of one service.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "controller/cli/cluster.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/cli/render.h"

namespace freshet {
namespace {

struct HistoryOptions {
  std::string service;
  std::string format;
  ClusterFlags cluster;
};

int run_history(const HistoryOptions& options, Context& context) {
  auto cluster = connect(context, options.cluster);
  if (!cluster) return report(context, cluster.error());
  const Result<ServiceDetail> detail = read_service(**cluster, options.service);
  if (!detail) return report(context, detail.error());
  if (options.format == "text") {
    RenderOptions how;
    how.now = context.clock.now();
    how.colours = context.out.colours;
    how.columns = context.out.columns;
    context.out.print(history_text(*detail, how));
    return kDone;
  }
  context.out.print(structured(history_json(*detail), options.format));
  return kDone;
}

}  // namespace

void add_history_command(CLI::App& app, Context& context) {
  auto options = std::make_shared<HistoryOptions>();  // lives as long as the callback below
  CLI::App* command =
      app.add_subcommand("history", "Show past rollouts of a service, newest first");
  command->add_option("SERVICE", options->service, "Tracked service")->required();
  add_output_flag(*command, options->format, {"text", "json", "yaml", kJsonPathFormat});
  add_cluster_flags(*command, options->cluster);
  add_examples(*command, context, {"history checkout -n shop", "history checkout -o json"});
  command->callback([options, &context] { context.exit_code = run_history(*options, context); });
}

}  // namespace freshet
