// Programs to run, as values, and the one way in which the shell runs them.
// Implementation: run_to_end() (controller/runtime/program.h); a test's own.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace freshet {

inline constexpr std::size_t kMaxProgramInput = 4096;  // fits into a pipe at once

struct ProgramCall {
  std::vector<std::string> arguments;  // the first is looked for in PATH, unless it has a slash
  std::string input;                   // to its standard input; at most kMaxProgramInput
  Duration time_limit = seconds(10);
  std::size_t max_output = 64 << 10;
  // Added to our environment, in place of what has the same name there.
  std::map<std::string, std::string, std::less<>> variables = {};
  // A person looks on: its standard error is ours, not thrown away (it may hold secrets), and it
  // stays in our process group, so that it may read the terminal and ends with us on Ctrl-C.
  bool attended = false;
  bool shares_input = false;  // its standard input is ours; `input` is not looked at
  bool operator==(const ProgramCall&) const = default;
};

struct ProgramEnd {
  int exit_status = 0;  // 128 + signal, where one ended it
  std::string output;   // standard output
  bool operator==(const ProgramEnd&) const = default;
};

// Errors: kNotFound (no such program), kPermanent (it cannot be started), kTimeout, kRefused (too
// much output).
using RunProgram = std::function<Result<ProgramEnd>(const ProgramCall& call)>;

}  // namespace freshet
