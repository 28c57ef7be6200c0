// Completion from the description of the commands.
#include "controller/cli/completion.h"

#include <CLI/CLI.hpp>

#include "base/text.h"
#include "controller/cli/flags.h"

namespace freshet {
namespace {

const CLI::Option* find_flag(const CLI::App& command, const std::string& word) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->nonpositional() && option->check_name(word)) return option;
  }
  return nullptr;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

void add(Completions& out, const std::string& start, const std::string& word,
         const std::string& about = "") {
  if (word.starts_with(start)) out.words.push_back({word, about});
}

Completions values_of(const CLI::Option& option, const std::string& start,
                      const std::string& before = "") {
  Completions out;
  for (const std::string& choice : choices_of(option)) add(out, start, before + choice);
  if (option.check_name("--namespace")) out.names = NamesWanted::kNamespaces;
  return out;
}

Completions flags_of(const CLI::App& command, const std::string& start) {
  Completions out;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      add(out, start, "--" + name, option->get_description());
    }
  }
  return out;
}

// How many words of `words` are arguments of the command, not flags or their values.
int arguments_in(const CLI::App& command, std::span<const std::string> words) {
  int out = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("-")) {
      ++out;
    } else if (const CLI::Option* flag = find_flag(command, words[i]); flag && takes_value(*flag)) {
      ++i;
    }
  }
  return out;
}

Completions arguments_of(const CLI::App& command, int before, const std::string& start) {
  Completions out;
  int place = 0;
  for (const CLI::Option* option : command.get_options()) {
    if (option->nonpositional() || place++ != before) continue;
    for (const std::string& choice : choices_of(*option)) add(out, start, choice);
    if (option->get_name() != "SERVICE") continue;
    out.names = option->get_description() == "Knative Service" ? NamesWanted::kServices
                                                               : NamesWanted::kTrackedServices;
  }
  return out;
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : app.get_subcommands({})) {
    if (command->get_name() == name) return command;
  }
  return nullptr;
}

}  // namespace

Completions complete(const CLI::App& app, std::span<const std::string> words) {
  Completions out;
  if (words.empty()) return out;
  const std::string& start = words.back();
  if (words.size() == 1) {
    if (start.starts_with("-")) return flags_of(app, start);
    for (const CLI::App* command : app.get_subcommands({})) {
      add(out, start, command->get_name(), command->get_description());
    }
    return out;
  }
  const CLI::App* command = find_command(app, words.front());
  if (command == nullptr) return out;
  if (start.starts_with("-")) {
    const std::size_t sign = start.find('=');
    if (sign == start.npos) return flags_of(*command, start);
    const CLI::Option* flag = find_flag(*command, start.substr(0, sign));
    return flag ? values_of(*flag, start, start.substr(0, sign + 1)) : out;
  }
  const std::string& before = words[words.size() - 2];
  const CLI::Option* flag = before.starts_with("-") ? find_flag(*command, before) : nullptr;
  if (flag != nullptr && takes_value(*flag)) return values_of(*flag, start);
  const auto arguments = words.subspan(1, words.size() - 2);
  return arguments_of(*command, arguments_in(*command, arguments), start);
}

}  // namespace freshet
