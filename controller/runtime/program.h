// Runs a program to its end, with bounds: no shell, one time limit, so much output and no more.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "controller/registry/credential_helper.h"

namespace freshet {

struct ProgramCall {
  std::vector<std::string> arguments;  // the first is looked for in PATH
  std::string input;                   // to its standard input; at most kMaxProgramInput
  Duration time_limit = seconds(10);
  std::size_t max_output = kMaxHelperReplyBytes;
};
struct ProgramEnd {
  int exit_status = 0;  // 128 + signal, where one ended it
  std::string output;   // standard output; standard error is thrown away: it may hold secrets
};

inline constexpr std::size_t kMaxProgramInput = 4096;  // fits into a pipe at once

// The environment is ours; files other than the three standard ones are closed. What is over a
// bound is killed, with all that it started. Errors: kNotFound (no such program), kTimeout,
// kRefused (too much output).
Result<ProgramEnd> run_to_end(const ProgramCall& call, const Clock& clock);

// Credential helpers out of PATH, each within `time_limit`. The clock must outlive it.
AskHelper helper_runner(const Clock& clock, Duration time_limit);

}  // namespace freshet
