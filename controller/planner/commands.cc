// Carrying commands out once. The id stands in the core since the write that carried it out, and in
// the memo's answers since the answer; the annotation goes when it is answered.
#include "controller/planner/commands.h"

#include <algorithm>

#include "base/overloaded.h"
#include "base/relapse.h"
#include "controller/model/order_proof.h"
#include "controller/planner/explain.h"

namespace freshet::planning {
namespace {

constexpr Duration kClocksDiffer = seconds(5);  // of the replica that wrote it and this one

bool is_answered(const Memo& memo, const Command& command) {
  return std::ranges::any_of(memo.answers, [&](const CommandAnswer& answer) {
    return answer.id == command.id && answer.verb == to_string(command.verb);
  });
}

void answer(Memo& memo, const Command& command, bool accepted, std::string sentence,
            TimePoint now) {
  memo.answers.insert(memo.answers.begin(), {command.id, std::string(to_string(command.verb)),
                                             accepted, std::move(sentence), now});
  if (memo.answers.size() > kMaxAnswers) memo.answers.resize(kMaxAnswers);
}

Fact command_fact(const Command& command, bool accepted, const std::string& sentence) {
  const std::string text = std::string(to_string(command.verb)) + " " + command.id + " (" +
                           author(command) + "): " + sentence;
  return accepted ? fact("CommandAccepted", text) : warning("CommandRefused", text);
}

Answer dispatch(Pass& pass, const Command& command) {
  switch (command.verb) {
    case Verb::kAbort: return answer_abort(pass, command);
    case Verb::kPromote: return answer_promote(pass, command);
    case Verb::kPause: return answer_pause(pass, command);
    case Verb::kResume: return answer_resume(pass, command);
    case Verb::kRetry: return answer_retry(pass, command);
    case Verb::kAdopt: return answer_adopt(pass, command);
    case Verb::kRepair: return answer_repair(pass, command);
    case Verb::kRollback: return answer_rollback(pass, command);
  }
  return Refused{"this release does not know this command"};
}

void note(Pass& pass, const Command& command, bool accepted, const std::string& sentence) {
  answer(pass.memo, command, accepted, sentence, pass.now);
  pass.facts.push_back(command_fact(command, accepted, sentence));
}

// A transition that was made before its answer: the answer is put in afterwards.
Transition with_answer(Transition transition, const Pass& pass, const Command& command,
                       const std::string& sentence) {
  answer(transition.memo, command, true, sentence, pass.now);
  transition.facts.push_back(command_fact(command, true, sentence));
  return transition;
}

// Whoever may write annotations may also put one back that was answered long ago. Only the latest
// answers are kept: where the one to this command may be among those that are not, its proof is not
// believed.
bool may_be_put_back(const Memo& memo, const Command& command) {
  if (memo.answers.size() < kMaxAnswers) return false;
  const auto time = order_time(command.id);
  return !time || memo.answers.back().at + kClocksDiffer >= *time;
}

ParsedCommand read_command(const Pass& pass, Verb verb, const std::string& text) {
  ParsedCommand parsed = parse_command(verb, text, pass.now);
  parsed.command.is_proven = pass.seen.proven_commands.contains(annotation_of(verb)) &&
                             !may_be_put_back(pass.memo, parsed.command);
  return parsed;
}

Decision carry_out(Pass& pass, Verb verb) {
  const auto& annotations = pass.seen.tracked.annotations;
  const auto annotation = annotations.find(annotation_of(verb));
  if (annotation == annotations.end()) return {};
  const ParsedCommand parsed = read_command(pass, verb, annotation->second);
  const Command& command = parsed.command;
  pass.remove_annotations.push_back(annotation->first);
  if (is_answered(pass.memo, command)) return {};
  const std::string name(to_string(verb));
  const auto done = pass.core.commands.find(name);
  if (done != pass.core.commands.end() && done->second == command.id) {
    note(pass, command, true, "carried out");
    return {};
  }
  Pass carried = pass;
  carried.core.commands[name] = command.id;
  const Answer given =
      parsed.problem.empty() ? dispatch(carried, command) : Answer{Refused{parsed.problem}};
  return std::visit(overloaded{
                        [&](const Refused& refused) -> Decision {
                          note(pass, command, false, refused.sentence);
                          return {};
                        },
                        [&](const Accepted& accepted) -> Decision {
                          if (accepted.carried_out) {
                            return with_answer(*accepted.carried_out, pass, command,
                                               accepted.sentence);
                          }
                          pass.memo = carried.memo;
                          note(pass, command, true, accepted.sentence);
                          return {};
                        },
                    },
                    given);
}

}  // namespace

Decision carry_out_abort(Pass& pass) {
  if (relapsed(Relapse::kBlockedAbort) && pass.rollout() != nullptr) {
    if (!is_ready(candidate_view(pass, *pass.rollout()))) return {};
  }
  return carry_out(pass, Verb::kAbort);
}

Decision carry_out_commands(Pass& pass) {
  for (const Verb verb : all_verbs()) {
    if (verb == Verb::kAbort) continue;
    if (auto carried = carry_out(pass, verb)) return carried;
  }
  return {};
}

void refuse_commands(Pass& pass, const std::string& why) {
  for (const Verb verb : all_verbs()) {
    const auto annotation = pass.seen.tracked.annotations.find(annotation_of(verb));
    if (annotation == pass.seen.tracked.annotations.end()) continue;
    const Command command = read_command(pass, verb, annotation->second).command;
    pass.remove_annotations.push_back(annotation->first);
    if (!is_answered(pass.memo, command)) note(pass, command, false, why);
  }
}

}  // namespace freshet::planning
