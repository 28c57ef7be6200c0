// freshet crd, freshet reference: what the description of the fields generates.
#include <CLI/CLI.hpp>

#include "config/crd.h"
#include "config/reference.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"

namespace freshet {

void add_print_commands(CLI::App& app, Context& context) {
  CLI::App* crd = app.add_subcommand(
      "crd", "Print the CustomResourceDefinitions: TrackedService, policies, approvals");
  add_examples(*crd, context, {"crd | kubectl apply --server-side -f -"});
  crd->callback([&context] { context.out.print(crd_yaml()); });

  CLI::App* reference = app.add_subcommand("reference", "Print the reference page: every field");
  add_examples(*reference, context, {"reference > reference.md"});
  reference->callback([&context] { context.out.print(reference_markdown()); });
}

}  // namespace freshet
