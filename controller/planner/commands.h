// People's commands: read from annotations, carried out once, answered in a sentence.
#pragma once

#include <string>
#include <variant>

#include "controller/planner/command.h"
#include "controller/planner/pass.h"

namespace freshet::planning {

// Answers of one verb.
struct Refused {
  std::string sentence;
};
struct Accepted {
  std::string sentence;
  std::optional<Transition> carried_out;  // nullopt: nothing of the Service had to change
};
using Answer = std::variant<Refused, Accepted>;

// Before everything but safety: what `abort` asks for.
Decision carry_out_abort(Pass& pass);
// The other verbs; refusals are noted in `pass` and do not end the step.
// Where none is carried out: each is answered, once.
void refuse_commands(Pass& pass, const std::string& why);
Decision carry_out_commands(Pass& pass);

// Why policies do not let the candidate have all requests, on a person's word either; "" if they
// do.
std::string barred_to_end(const Pass& pass, const Command& command, const Rollout& rollout);

// One a verb. `pass.core.commands` holds the id already, so that it goes with the write.
Answer answer_abort(Pass& pass, const Command& command);
Answer answer_promote(Pass& pass, const Command& command);
Answer answer_pause(Pass& pass, const Command& command);
Answer answer_resume(Pass& pass, const Command& command);
Answer answer_retry(Pass& pass, const Command& command);
Answer answer_adopt(Pass& pass, const Command& command);
Answer answer_repair(Pass& pass, const Command& command);
// An older Revision is stable from now on; the one left is taken back as a candidate would be.
Answer answer_rollback(Pass& pass, const Command& command);

}  // namespace freshet::planning
