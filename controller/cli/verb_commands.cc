// freshet promote, abort, pause, resume, retry, adopt, rollback, repair: a person's word to the
// controller.
#include <CLI/CLI.hpp>
#include <memory>

#include "base/text.h"
#include "controller/cli/api_order.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/cli/order.h"
#include "controller/cli/stop_all.h"

namespace freshet {
namespace {

struct VerbOptions {
  Order order;
  ClusterFlags cluster;
  bool full = false;
  bool allow_downgrade = false;
  bool keep_mine = false;
  bool keep_theirs = false;
  bool all = false;
  std::string until;
  std::string to;
  std::string api;  // "": by annotation
};

// A time or a duration, as the planner reads it.
std::string until_problem(const std::string& text) {
  if (parse_rfc3339(text) || parse_duration(text)) return "";
  return "must be a duration such as 8h, or a time such as 2026-11-23T08:00:00Z; found " +
         printable(text, 60);
}

std::string revision_problem(const std::string& name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  const bool good =
      !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), is_plain);
  return good ? "" : "must be the name of a Revision; found " + printable(name, 60);
}

int run_verb(const VerbOptions& options, Context& context) {
  Order order = options.order;
  if (options.full) order.options.push_back("--full");
  if (options.allow_downgrade) order.options.push_back("--allow-downgrade");
  if (options.keep_mine) order.options.push_back("--keep-mine");
  if (options.keep_theirs) order.options.push_back("--keep-theirs");
  if (!options.until.empty()) order.options.push_back("--until=" + options.until);
  if (!options.to.empty()) order.options.push_back("--to=" + options.to);
  if (options.all != order.service.empty()) {
    return report(context, bad_input("name a service, or say --all"));
  }
  auto cluster = connect(context, options.cluster);
  if (!cluster) return report(context, cluster.error());
  if (options.all && order.verb == "pause") {
    return stop_all(context, **cluster, order.reason, options.until);
  }
  if (options.all) return resume_all(context, **cluster);
  const std::string api =
      options.api.empty() ? context.sources.variable("FRESHET_API").value_or("") : options.api;
  if (!api.empty()) {
    return give_order_by_api(context, **cluster, api, options.cluster.kube.allow_insecure, order);
  }
  return give_order(context, **cluster, order);
}

// The words every verb has; `more` adds its own.
void add_verb(CLI::App& app, Context& context, const std::string& verb, const std::string& doc,
              const std::function<void(CLI::App&, VerbOptions&)>& more,
              const std::vector<std::string>& examples) {
  auto options = std::make_shared<VerbOptions>();  // lives as long as the callback below
  options->order.verb = verb;
  CLI::App* command = app.add_subcommand(verb, doc);
  const bool may_be_all = verb == "pause" || verb == "resume";
  command->add_option("SERVICE", options->order.service, "Tracked service")->required(!may_be_all);
  if (may_be_all) {
    command->add_flag("--all", options->all, "All of the cluster: ClusterRolloutPolicy stop");
  }
  more(*command, *options);
  command->add_option("--reason", options->order.reason, "Why; kept in the history")
      ->type_name("TEXT");
  add_duration_flag(*command, "--timeout", options->order.timeout, "Longest wait for the answer");
  command
      ->add_option("--api", options->api,
                   "Freshet's HTTP API: who asks is known then (or FRESHET_API)")
      ->type_name("URL");
  add_cluster_flags(*command, options->cluster);
  add_examples(*command, context, examples);
  command->callback([options, &context] { context.exit_code = run_verb(*options, context); });
}

void add_to_option(CLI::App& command, VerbOptions& options, const std::string& doc) {
  command.add_option("--to", options.to, doc)
      ->required()
      ->type_name("REVISION")
      ->check(revision_problem);
}

void no_more(CLI::App&, VerbOptions&) {}

void add_rollout_verbs(CLI::App& app, Context& context) {
  add_verb(app, context, "promote", "Let a rollout go on to its next step, or to the end",
           [](CLI::App& command, VerbOptions& options) {
             options.order.names_rollout = true;
             command.add_flag("--full", options.full, "All requests at once");
           },
           {"promote checkout --reason 'checked by hand'", "promote checkout --full"});
  add_verb(app, context, "abort", "Take the candidate back; the same image is not tried again",
           [](CLI::App&, VerbOptions& options) { options.order.names_rollout = true; },
           {"abort checkout --reason 'looks wrong'"});
  add_verb(
      app, context, "pause", "Raise nothing; a retreat still goes ahead",
      [](CLI::App& command, VerbOptions& options) {
        command.add_option("--until", options.until, "Until then, or for so long")
            ->type_name("TIME")
            ->check(until_problem);
      },
      {"pause checkout --until 8h --reason 'month end'", "pause --all --reason 'incident 42'"});
  add_verb(
      app, context, "resume", "Go on after a pause, or after someone else's change of percents",
      [](CLI::App& command, VerbOptions& options) {
        CLI::Option* mine =
            command.add_flag("--keep-mine", options.keep_mine, "Freshet's split is written again");
        command
            .add_flag("--keep-theirs", options.keep_theirs,
                      "The person's split stays and the rollout ends")
            ->excludes(mine);
      },
      {"resume checkout", "resume checkout --keep-mine", "resume --all"});
}

}  // namespace

void add_verb_commands(CLI::App& app, Context& context) {
  add_rollout_verbs(app, context);
  add_verb(app, context, "retry", "Let a rejected or deferred image roll out again",
           [](CLI::App& command, VerbOptions& options) {
             command.add_flag("--allow-downgrade", options.allow_downgrade,
                              "Also an image that is a step back from what runs");
           },
           {"retry checkout --reason 'the database was at fault'",
            "retry checkout --allow-downgrade --reason '1.4.8 was withdrawn'"});
  add_verb(app, context, "adopt", "Settle which Revision is stable",
           [](CLI::App& command, VerbOptions& options) {
             add_to_option(command, options, "The Revision that is stable");
           },
           {"adopt checkout --to checkout-00007"});
  add_verb(app, context, "rollback", "Go back to an older Revision; what is left is rejected",
           [](CLI::App& command, VerbOptions& options) {
             add_to_option(command, options, "A Revision that is still there and Ready");
           },
           {"rollback checkout --to checkout-00006 --reason 'prices are wrong'"});
  add_verb(app, context, "repair", "Write a damaged rollout state again from what is observed",
           no_more, {"repair checkout"});
}

}  // namespace freshet
