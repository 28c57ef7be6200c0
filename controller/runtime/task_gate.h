// A gate that is a Tekton TaskRun: how it is called, what it is made of, what it came to. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/json.h"
#include "controller/model/gates.h"

namespace freshet {

// The same for the same question, so that a repeated creation finds it, and for no other one; at
// most 63 characters.
std::string task_run_name(const GateQuestion& question);

// Label values that tell whose a TaskRun is.
std::map<std::string, std::string> task_run_labels(const GateQuestion& question);
Json task_run_object(const GateQuestion& question, TimePoint now);

// Ended for good: without a completionTime it may still recover.
bool is_over(const Json& task_run);
// What the attempt came to; nullopt: it goes on. What ran nothing, or was cut short by the
// infrastructure (no image, no place, no time), is neither pass nor failure.
std::optional<GateAttempt> attempt_of_task_run(const Json& task_run, const GateQuestion& question,
                                               TimePoint now);

// RFC 6902; refused where the TaskRun is another's.
Json task_run_cancellation(const GateQuestion& question);

}  // namespace freshet
