// The write that begins a retreat.
#include "controller/planner/retreat.h"

#include "base/text.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/ledger.h"
#include "controller/planner/look.h"
#include "controller/planner/plan.h"

namespace freshet::planning {
namespace {

std::string fact_reason(RetreatWhy why) {
  const std::string outcome = outcome_of(why);
  return why == RetreatWhy::kLostCore ? "CoreLost" : outcome;
}

bool never_had_a_percent(const Pass& pass) {
  return pass.rollout() != nullptr && candidate_percent(pass.core) == 0 && !is_foreign_edit(pass) &&
         serves_as_asked(pass);
}

}  // namespace

Rollout rollout_to_leave(const Pass& pass, const RevisionRef& left) {
  Rollout rollout;
  rollout.id = rollout_id(pass);
  rollout.candidate = {left.pair, CandidateWhy::kDigest, left.name, left.uid};
  rollout.plan = pass.rules().steps.empty() ? std::vector<int>{50} : pass.rules().steps;
  rollout.started = pass.now;
  return rollout;
}

Transition begin_retreat(const Pass& pass, const Rollout& rollout, const Cause& cause) {
  const Pair& pair = rollout.candidate.pair;
  const std::string message = printable(cause.message);
  Pass leaving = pass;
  Retreating phase{rollout, cause.why, message};
  phase.unexposed = never_had_a_percent(pass);
  Core next = enter(pass.core, std::move(phase), pass.now);
  if (rejects(cause.why)) reject(next, pair, pass.now + pass.rules().rejection_expires, message);
  if (defers(cause.why)) defer(leaving.memo, pair, pass.now, message);
  remember(leaving.memo, history_entry(pass, rollout, outcome_of(cause.why), message, pass.now));
  const std::string sentence =
      "rollout " + rollout.id + ": " + candidate_text(pass, rollout) + " is taken back: " + message;
  return write(std::move(leaving),
               {std::move(next), true, KeepTemplate{}, true,
                "retreat (" + std::string(to_string(cause.why)) + ")"},
               warning(fact_reason(cause.why), sentence));
}

}  // namespace freshet::planning
