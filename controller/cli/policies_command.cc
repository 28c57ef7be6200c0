// freshet policies: which policies there are, and whether each lets rollouts go on now.
#include <CLI/CLI.hpp>
#include <memory>

#include "base/text.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/cli/text_layout.h"
#include "controller/planner/permission.h"
#include "controller/runtime/paths.h"

namespace freshet {
namespace {

struct PoliciesOptions {
  bool everywhere = false;
  ClusterFlags cluster;
};

std::string selection_text(const SelectorSpec& selector) {
  std::vector<std::string> parts;
  for (const auto& [label, value] : selector.match_labels) parts.push_back(label + "=" + value);
  return parts.empty() ? "all" : join(parts, ",");
}

// By itself, of an image of unknown age.
std::vector<std::string> row_of(const ParsedRolloutPolicy& parsed, TimePoint now) {
  const RolloutPolicy& object = parsed.object;
  Policy policy = policy_of(object);
  if (!parsed.ok()) policy.invalid = to_string(parsed.problems.front());
  const Permission found = permission({policy}, std::nullopt, now);
  std::string state = found.may() ? "open" : "closed: " + found.holds.front().reason;
  if (found.may() && policy.approval != Approval::kNone) state = "asks for approval";
  const std::string until = found.opens ? format_rfc3339(*found.opens) : "-";
  return {object.name,
          object.name_space.empty() ? "cluster" : object.name_space,
          selection_text(object.spec.selector),
          state,
          until,
          printable(object.spec.owner)};
}

// A kind that is not defined, or may not be read, has no rows; why is told.
void add_rows(Context& context, ClusterConnection& cluster, std::string_view kind,
              const std::string& name_space, std::vector<std::vector<std::string>>& rows) {
  const auto listed = cluster.kube->list(policies_path(std::string(kind), name_space));
  if (!listed) {
    context.out.complain(std::string(kind) + ": " + listed.error().message);
    context.exit_code = exit_code_for(listed.error());
    return;
  }
  for (const Json& object : listed->items) {
    rows.push_back(row_of(parse_rollout_policy_json(object, kind), context.clock.now()));
  }
}

void run_policies(const PoliciesOptions& options, Context& context) {
  auto cluster = connect(context, options.cluster);
  if (!cluster) {
    context.exit_code = report(context, cluster.error());
    return;
  }
  context.exit_code = kDone;
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "SCOPE", "SELECTS", "NOW", "UNTIL", "OWNER"}};
  add_rows(context, **cluster, kClusterRolloutPolicy, "", rows);
  add_rows(context, **cluster, kRolloutPolicy, options.everywhere ? "" : (*cluster)->name_space,
           rows);
  if (rows.size() > 1) context.out.print(lay_out(rows));
  if (rows.size() == 1 && context.exit_code == kDone) context.out.complain("there is no policy");
}

}  // namespace

void add_policies_command(CLI::App& app, Context& context) {
  auto options = std::make_shared<PoliciesOptions>();  // lives as long as the callback below
  CLI::App* command =
      app.add_subcommand("policies", "Windows, freezes and stops, and whether they are open now");
  command->add_flag("-A,--all-namespaces", options->everywhere, "Of all namespaces");
  add_cluster_flags(*command, options->cluster);
  add_examples(*command, context, {"policies", "policies -A"});
  command->callback([options, &context] { run_policies(*options, context); });
}

}  // namespace freshet
