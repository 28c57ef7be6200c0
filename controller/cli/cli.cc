// The command line.
#include "controller/cli/cli.h"

#include <CLI/CLI.hpp>

#include "base/text.h"
#include "controller/cli/commands.h"

namespace freshet {
namespace {

constexpr const char* kComplete = "__complete";  // what the scripts of shells ask
// What kubectl asks for completion of its plugin; it wants to be told that files are no answer.
constexpr std::string_view kKubectlCompletion = "kubectl_complete-freshet";
constexpr const char* kNoFiles = ":4\n";

std::string program_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == path.npos ? path : path.substr(slash + 1);
  if (name == "kubectl-freshet") return "kubectl freshet";
  if (name == kKubectlCompletion) return std::string(kKubectlCompletion);
  if (name == "kn-freshet") return "kn freshet";
  return "freshet";
}

void add_commands(CLI::App& app, Context& context) {
  add_demo_command(app, context);
  add_controller_command(app, context);
  add_preflight_command(app, context);
  add_track_command(app, context);
  add_untrack_command(app, context);
  add_status_command(app, context);
  add_why_command(app, context);
  add_age_command(app, context);
  add_history_command(app, context);
  add_policies_command(app, context);
  add_verb_commands(app, context);
  add_approve_command(app, context);
  add_resolve_command(app, context);
  add_judge_command(app, context);
  add_check_command(app, context);
  add_print_commands(app, context);
  add_completion_command(app, context);
}

std::vector<std::string> command_names(CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> flag_names(CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const auto near = nearest(word, known);
  return near ? "; did you mean " + *near + "?" : "";
}

// The first word that is no flag must be a command; "" when it is, or when there is none.
std::string unknown_command(CLI::App& app, int argc, const char* const* argv) {
  if (argc < 2 || std::string_view(argv[1]).starts_with("-")) return "";
  const std::string word = argv[1];
  const std::vector<std::string> names = command_names(app);
  if (std::find(names.begin(), names.end(), word) != names.end()) return "";
  return "no command " + printable(word, 60) + did_you_mean(word, names);
}

// A usage error in one sentence, with the nearest flag where one was misspelt.
std::string usage_problem(CLI::App& command, const CLI::ParseError& error) {
  // Whatever was noticed first: a misspelt flag explains it best.
  for (std::string word : command.remaining()) {
    if (!word.starts_with("-")) continue;
    word = word.substr(0, word.find('='));
    return "no flag " + printable(word, 60) + did_you_mean(word, flag_names(command));
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr && command.remaining_size() > 0) {
    return "one word too many: " + printable(command.remaining().front(), 60);
  }
  return printable(error.what(), 600);
}

int parse(CLI::App& app, int argc, const char* const* argv, Context& context) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    context.out.print(app.help());
    return kDone;
  } catch (const CLI::CallForVersion& version) {
    context.out.print(std::string(version.what()) + "\n");
    return kDone;
  } catch (const CLI::ParseError& error) {
    const std::vector<CLI::App*> used = app.get_subcommands();
    CLI::App& command = used.empty() ? app : *used.front();
    const std::string about = used.empty() ? "" : " " + command.get_name();
    context.out.complain(usage_problem(command, error) + "\nSee: " + context.program + about +
                         " --help");
    return kUsage;
  }
  return context.exit_code;
}

}  // namespace

int run_cli(int argc, const char* const* argv, Context& context) {
  if (argc > 0) context.program = program_name(argv[0]);
  // kn asks every plugin for its manifest; a plugin that has none says nothing.
  if (context.program == "kn freshet" && argc == 2 && argv[1] == std::string_view("manifest")) {
    return kUsage;
  }
  CLI::App app("Rolls out rebuilt images of Knative Services, judged against what runs.",
               context.program);
  app.require_subcommand(1);
  app.set_version_flag("--version", "freshet " FRESHET_VERSION);
  add_commands(app, context);
  const bool kubectl_asks = context.program == kKubectlCompletion;
  if (kubectl_asks || (argc > 1 && argv[1] == std::string_view(kComplete))) {
    const std::vector<std::string> words(argv + (kubectl_asks ? 1 : 2), argv + argc);
    print_completions(app, words, context);
    if (kubectl_asks) context.out.print(kNoFiles);
    return kDone;
  }
  if (argc < 2) {
    context.out.print(app.help());
    return kUsage;
  }
  const std::string unknown = unknown_command(app, argc, argv);
  if (!unknown.empty()) {
    context.out.complain(unknown + "\nSee: " + context.program + " --help");
    return kUsage;
  }
  return parse(app, argc, argv, context);
}

int run_cli(int argc, const char* const* argv, Terminal& out) {
  const SystemClock clock;
  Context context = machine_context(out, clock);
  return run_cli(argc, argv, context);
}

}  // namespace freshet
