// What must not wait.
#include "controller/runtime/urgency.h"

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
  if (notes.verdict.kind != VerdictKind::kRollback) return;
  if (notes.evidence.candidate_uid != rollout->candidate.uid->get()) return;
  seen.verdict = notes.verdict;
  seen.verdict_uid = rollout->candidate.uid;
}

bool is_at_stake(const std::optional<Core>& core) {
  return core && (candidate_percent(*core) > 0 || std::holds_alternative<Retreating>(core->phase));
}

}  // namespace freshet
