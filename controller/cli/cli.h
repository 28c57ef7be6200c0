// The command line: from words to one command, and its exit code.
#pragma once

#include "controller/cli/context.h"

namespace freshet {

// `argv[0]` decides how the program names itself: freshet, kubectl freshet, kn freshet. Returns an
// ExitCode. Nothing is thrown.
int run_cli(int argc, const char* const* argv, Terminal& out);
// The same with everything of the machine as given.
int run_cli(int argc, const char* const* argv, Context& context);

}  // namespace freshet
