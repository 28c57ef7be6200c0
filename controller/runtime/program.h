// Runs a program to its end, with bounds: no shell, one time limit, so much output and no more.
#pragma once

#include "base/clock.h"
#include "base/program.h"
#include "base/result.h"
#include "controller/registry/credential_helper.h"

namespace freshet {

// Files other than the three standard ones are closed. What is over a bound is killed, with all
// that it started unless it is attended.
Result<ProgramEnd> run_to_end(const ProgramCall& call, const Clock& clock);

// The same as a function. The clock must outlive it.
RunProgram program_runner(const Clock& clock);

// Credential helpers out of PATH, each within `time_limit`. The clock must outlive it.
AskHelper helper_runner(const Clock& clock, Duration time_limit);

}  // namespace freshet
