// freshet check: everything that is wrong with a file, without a cluster.
#include <CLI/CLI.hpp>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "config/check.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/cli/input.h"

namespace freshet {
namespace {

struct CheckOptions {
  std::vector<std::string> files;
  std::string format;
};

int run_check(const CheckOptions& options, Context& context) {
  Json all = Json::array();
  bool ok = true;
  for (const std::string& file : options.files) {
    const Result<std::string> text = read_input(context, file);
    if (!text) {
      context.out.complain(text.error().message);
      return kUsage;
    }
    const CheckReport one = check_documents(file, *text);
    ok = ok && one.ok();
    if (options.format == "json") {
      all.push_back(to_json(one));
    } else {
      context.out.print(to_text(one));
    }
  }
  if (options.format == "json") {
    context.out.print(dump_json_pretty(all.size() == 1 ? all.front() : all) + "\n");
  }
  return ok ? kDone : kFailed;
}

}  // namespace

void add_check_command(CLI::App& app, Context& context) {
  auto options = std::make_shared<CheckOptions>();  // lives as long as the callback below
  CLI::App* command = app.add_subcommand("check", "Tell everything that is wrong with a file");
  command->add_option("-f,--filename", options->files, "YAML files; - is standard input")
      ->required()
      ->type_name("FILE");
  add_output_flag(*command, options->format, {"text", "json"});
  add_examples(*command, context, {"check -f tracked.yaml", "check -f - -o json < tracked.yaml"});
  command->callback([options, &context] { context.exit_code = run_check(*options, context); });
}

}  // namespace freshet
