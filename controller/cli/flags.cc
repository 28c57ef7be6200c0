// Flags that several commands share.
#include "controller/cli/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/cli/json_path.h"

namespace freshet {
namespace {

std::string unless_allowed(const std::string& word, const std::vector<std::string>& allowed) {
  if (std::ranges::find(allowed, word) != allowed.end()) return "";
  const auto near = nearest(word, allowed);
  return "found " + printable(word, 40) + "; allowed: " + join(allowed, ", ") +
         (near ? "; did you mean " + *near + "?" : "");
}

}  // namespace

void add_cluster_flags(CLI::App& command, ClusterFlags& flags) {
  command.add_option("-n,--namespace", flags.name_space, "Namespace; default: the context's")
      ->type_name("NAME");
  command.add_option("--kubeconfig", flags.kube.kubeconfig, "kubeconfig file")->type_name("FILE");
  command.add_option("--context", flags.kube.context, "Context of the kubeconfig")
      ->type_name("NAME");
  command.add_flag("--insecure-skip-tls-verify", flags.kube.allow_insecure,
                   "Talk to an API server whose certificate cannot be verified");
}

CLI::Option* add_choice(CLI::Option* option, const std::vector<std::string>& allowed) {
  return option->type_name(join(allowed, "|"))->check([allowed](const std::string& word) {
    return unless_allowed(word, allowed);
  });
}

std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string name = option.get_type_name();
  if (name.find('|') == name.npos) return {};
  return split(name, '|');
}

void add_output_flag(CLI::App& command, std::string& format, std::vector<std::string> allowed) {
  format = allowed.front();
  const auto takes_template =
      std::ranges::find(allowed, std::string(kJsonPathFormat)) != allowed.end();
  command.add_option("-o,--output", format, "Form of the output")
      ->type_name(join(allowed, "|"))
      ->check([allowed, takes_template](const std::string& word) {
        if (!takes_template || !word.starts_with(kJsonPathFormat)) {
          return unless_allowed(word, allowed);
        }
        const auto text =
            json_path_text(word.substr(std::string_view(kJsonPathFormat).size()), Json());
        return text ? std::string() : text.error().message;
      });
}

CLI::Option* add_duration_flag(CLI::App& command, const std::string& name, Duration& value,
                               const std::string& doc) {
  return command
      .add_option_function<std::string>(
          name, [&value](const std::string& text) { value = parse_duration(text).value(); },
          doc + "; default: " + format_duration(value))
      ->type_name("DURATION")
      ->check([](const std::string& text) -> std::string {
        const Result<Duration> duration = parse_duration(text);
        return duration ? "" : duration.error().message;
      });
}

void add_examples(CLI::App& command, const Context& context, std::vector<std::string> lines) {
  std::string text = "Examples:\n";
  for (const std::string& line : lines) text += "  " + context.program + " " + line + "\n";
  command.footer(text);
}

}  // namespace freshet
