// Preparing and Waiting: the candidate's Revision is made and becomes Ready; it has no request yet.
#include "controller/planner/admission.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/foreign.h"
#include "controller/planner/gate_course.h"
#include "controller/planner/holds.h"
#include "controller/planner/look.h"
#include "controller/planner/phases.h"
#include "controller/planner/raise.h"

namespace freshet::planning {

Transition preparing(const Pass& pass, const Preparing& phase) {
  if (auto hold = hold_for_foreign_edit(pass)) return *hold;
  const Rollout& rollout = phase.rollout;
  const RevisionView* candidate = candidate_view(pass, rollout);
  const auto holds = raising_holds(pass);
  if (!may_get_requests(pass, candidate, rollout)) {
    Explanation out = describe(pass, pass.core);
    out.holds = holds;
    return go_on(pass, std::move(out), pass.now + kSoon);
  }
  // A gate is no request of a user's: no hold keeps it from being tried.
  if (!pass.spec().gates.empty()) return to_gating(pass, rollout, *candidate);
  if (!holds.empty()) return go_on(pass, held(pass, holds), first_expiry(holds));
  return admit(pass, rollout, *candidate);
}

Transition waiting(const Pass& pass, const Waiting& phase) {
  if (auto hold = hold_for_foreign_edit(pass)) return *hold;
  const RevisionView* candidate = candidate_view(pass, phase.rollout);
  if (candidate != nullptr && !have_all_gates_passed(pass)) {
    return to_gating(pass, phase.rollout, *candidate);  // changed meanwhile
  }
  auto holds = raising_holds(pass);
  const auto wake = first_expiry(holds);
  Explanation out = describe(pass, pass.core);
  holds.insert(holds.begin(),
               {"freshet", "AwaitingApproval", out.message, pass.core.since, std::nullopt});
  out.holds = std::move(holds);
  return go_on(pass, std::move(out), wake);
}

}  // namespace freshet::planning
