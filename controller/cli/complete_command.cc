// freshet completion SHELL, and `freshet __complete WORDS`, which the scripts of shells ask.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/cli/commands.h"
#include "controller/cli/completion.h"
#include "controller/cli/flags.h"
#include "controller/runtime/paths.h"

namespace freshet {
namespace {

constexpr const char* kNamespacesPath = "/api/v1/namespaces";

// The cluster that a line which is not finished speaks of.
ClusterFlags cluster_flags_in(std::span<const std::string> words) {
  ClusterFlags flags;
  CLI::App line;
  line.allow_extras();
  line.set_help_flag();
  add_cluster_flags(line, flags);
  std::vector<std::string> reversed(words.rbegin(), words.rend());  // as the library wants them
  try {
    line.parse(reversed);
  } catch (const CLI::ParseError&) {
    return {};
  }
  return flags;
}

std::string path_of(NamesWanted names, const std::string& name_space) {
  switch (names) {
    case NamesWanted::kTrackedServices: return tracked_services_path(name_space);
    case NamesWanted::kServices: return services_path(name_space);
    case NamesWanted::kNamespaces: return kNamespacesPath;
    case NamesWanted::kNone: break;
  }
  return "";
}

// Whatever goes wrong: no names.
std::vector<std::string> names_in_cluster(Context& context, NamesWanted names,
                                          std::span<const std::string> words) {
  std::vector<std::string> out;
  if (names == NamesWanted::kNone) return out;
  auto cluster = connect(context, cluster_flags_in(words));
  if (!cluster) return out;
  const auto listed = (*cluster)->kube->get(path_of(names, (*cluster)->name_space) + "?limit=500");
  if (!listed) return out;
  for (const Json& object : at_path(listed->body, {"items"})) {
    out.push_back(string_or(at_path(object, {"metadata"}), "name"));
  }
  return out;
}

}  // namespace

void print_completions(const CLI::App& app, std::span<const std::string> words, Context& context) {
  const Completions found = complete(app, words);
  for (const auto& [word, about] : found.words) {
    context.out.print(about.empty() ? word + "\n" : word + "\t" + about + "\n");
  }
  const auto before = words.first(words.empty() ? 0 : words.size() - 1);
  for (const std::string& name : names_in_cluster(context, found.names, before)) {
    if (name.starts_with(words.back())) context.out.print(printable(name) + "\n");
  }
}

void add_completion_command(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("completion", "Print what a shell completes freshet by");
  auto shell = std::make_shared<std::string>();  // lives as long as the callback below
  add_choice(command->add_option("SHELL", *shell, "The shell")->required(), completion_shells());
  add_examples(*command, context,
               {"completion bash > /etc/bash_completion.d/freshet",
                "completion zsh > \"${fpath[1]}/_freshet\"", "completion fish | source"});
  command->callback([shell, &context] { context.out.print(completion_script(*shell)); });
}

}  // namespace freshet
