// What must not wait.
#include "controller/runtime/urgency.h"

#include <algorithm>

#include "controller/planner/command.h"
#include "controller/planner/planner.h"

namespace freshet {

bool owes_retreat(const Observation& seen, TimePoint now) {
  const auto* core = std::get_if<Core>(&seen.core);
  if (core != nullptr && std::holds_alternative<Retreating>(core->phase)) return true;
  const Transition transition = step(seen, now);
  return transition.write && transition.write->urgent;
}

void keep_rollback(Observation& seen, const Notes& notes) {
  const auto* core = std::get_if<Core>(&seen.core);
  const Rollout* rollout = core == nullptr ? nullptr : active_rollout(core->phase);
  if (rollout == nullptr || !rollout->candidate.uid) return;
  if (notes.judged->verdict.kind != VerdictKind::kRollback) return;
  if (notes.judged->evidence.candidate_uid != rollout->candidate.uid->get()) return;
  seen.verdict = notes.judged->verdict;
  seen.verdict_uid = rollout->candidate.uid;
}

Priority priority_of(const std::optional<Core>& core) {
  if (!core) return Priority::kRest;
  if (candidate_percent(*core) > 0 || std::holds_alternative<Retreating>(core->phase)) {
    return Priority::kAtStake;
  }
  return active_rollout(core->phase) != nullptr ? Priority::kActive : Priority::kRest;
}

bool holds_commands(const std::map<std::string, std::string>& annotations) {
  return std::ranges::any_of(planning::all_verbs(), [&](planning::Verb verb) {
    return annotations.contains(planning::annotation_of(verb));
  });
}

bool asks_for_retreat(const std::map<std::string, std::string>& annotations) {
  using planning::Verb;
  return annotations.contains(planning::annotation_of(Verb::kAbort)) ||
         annotations.contains(planning::annotation_of(Verb::kRollback));
}

}  // namespace freshet
