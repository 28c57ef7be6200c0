// Flags that several commands share, named as kubectl and kn name them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "controller/cli/context.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace freshet {

// --kubeconfig, --context, --insecure-skip-tls-verify, -n/--namespace.
void add_cluster_flags(CLI::App& command, ClusterFlags& flags);

// One of these words, and no other; help and completion read them from the option's type name.
CLI::Option* add_choice(CLI::Option* option, const std::vector<std::string>& allowed);
std::vector<std::string> choices_of(const CLI::Option& option);  // empty: anything

// -o; `allowed` begins with the default. kJsonPathFormat among them: with a template behind it.
inline constexpr const char* kJsonPathFormat = "jsonpath=";
void add_output_flag(CLI::App& command, std::string& format, std::vector<std::string> allowed);

// Durations as everywhere: 90s, 15m, 1h30m.
CLI::Option* add_duration_flag(CLI::App& command, const std::string& name, Duration& value,
                               const std::string& doc);

// Examples at the end of a command's help; each line is what follows the program's name.
void add_examples(CLI::App& command, const Context& context, std::vector<std::string> lines);

}  // namespace freshet
