// Every command, each registered by its own file. A command's options and callback live as long as
// the App; the callback leaves its result in context.exit_code.
#pragma once

#include <span>
#include <string>

#include "controller/cli/context.h"

namespace CLI {
class App;
}

namespace freshet {

// Against a cluster.
void add_controller_command(CLI::App& app, Context& context);
void add_preflight_command(CLI::App& app, Context& context);
void add_track_command(CLI::App& app, Context& context);
void add_untrack_command(CLI::App& app, Context& context);
void add_status_command(CLI::App& app, Context& context);
void add_why_command(CLI::App& app, Context& context);
void add_age_command(CLI::App& app, Context& context);
void add_history_command(CLI::App& app, Context& context);
void add_policies_command(CLI::App& app, Context& context);
void add_approve_command(CLI::App& app, Context& context);
void add_verb_commands(CLI::App& app, Context& context);  // promote, abort, pause, resume …

// By themselves.
void add_demo_command(CLI::App& app, Context& context);
void add_resolve_command(CLI::App& app, Context& context);
void add_judge_command(CLI::App& app, Context& context);
void add_check_command(CLI::App& app, Context& context);
void add_print_commands(CLI::App& app, Context& context);  // crd, reference, man
void add_completion_command(CLI::App& app, Context& context);
// A line a word that may come next: WORD, or WORD, a tab and what it is. `words` follow the
// program's name; the last is being typed.
void print_completions(const CLI::App& app, std::span<const std::string> words, Context& context);

}  // namespace freshet
