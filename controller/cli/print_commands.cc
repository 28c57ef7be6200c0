// freshet crd, reference, man: what the description of fields and commands generates.
#include <CLI/CLI.hpp>

#include "config/crd.h"
#include "config/reference.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/cli/man_page.h"

namespace freshet {

void add_print_commands(CLI::App& app, Context& context) {
  CLI::App* crd = app.add_subcommand(
      "crd", "Print the CustomResourceDefinitions: TrackedService, policies, approvals");
  add_examples(*crd, context, {"crd | kubectl apply --server-side -f -"});
  crd->callback([&context] { context.out.print(crd_yaml()); });

  CLI::App* man = app.add_subcommand("man", "Print the manual page, freshet(1)");
  add_examples(*man, context, {"man | man -l -"});
  man->callback([&app, &context] { context.out.print(man_page(app, FRESHET_VERSION)); });

  CLI::App* reference = app.add_subcommand("reference", "Print the reference page: every field");
  add_examples(*reference, context, {"reference > reference.md"});
  reference->callback([&context] { context.out.print(reference_markdown()); });
}

}  // namespace freshet
