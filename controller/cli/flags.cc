// Flags that several commands share.
#include "controller/cli/flags.h"

#include <CLI/CLI.hpp>

#include "base/text.h"

namespace freshet {

void add_cluster_flags(CLI::App& command, ClusterFlags& flags) {
  command.add_option("-n,--namespace", flags.name_space, "Namespace; default: the context's")
      ->type_name("NAME");
  command.add_option("--kubeconfig", flags.kube.kubeconfig, "kubeconfig file")->type_name("FILE");
  command.add_option("--context", flags.kube.context, "Context of the kubeconfig")
      ->type_name("NAME");
  command.add_flag("--insecure-skip-tls-verify", flags.kube.allow_insecure,
                   "Talk to an API server whose certificate cannot be verified");
}

void add_output_flag(CLI::App& command, std::string& format, std::vector<std::string> allowed) {
  format = allowed.front();
  const std::string list = join(allowed, "|");
  command.add_option("-o,--output", format, "Output: " + list)
      ->type_name("FORMAT")
      ->check([allowed](const std::string& word) -> std::string {
        if (std::find(allowed.begin(), allowed.end(), word) != allowed.end()) return "";
        const auto near = nearest(word, allowed);
        return "no output format " + printable(word, 40) + "; allowed: " + join(allowed, ", ") +
               (near ? "; did you mean " + *near + "?" : "");
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
