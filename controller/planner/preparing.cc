// Preparing and Waiting: the candidate's Revision is made and becomes Ready; it has no request yet.
#include "base/relapse.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/foreign.h"
#include "controller/planner/holds.h"
#include "controller/planner/look.h"
#include "controller/planner/phases.h"
#include "controller/planner/raise.h"

namespace freshet::planning {
namespace {

std::optional<TimePoint> first_expiry(const std::vector<HoldStatus>& holds) {
  std::optional<TimePoint> out;
  for (const HoldStatus& hold : holds) out = earliest(out, hold.until);
  return out;
}

// Ready as Knative sees it now, not before our own write.
bool may_get_requests(const Pass& pass, const RevisionView* candidate, const Rollout& rollout) {
  if (candidate == nullptr) return false;
  if (!is_ready(candidate) && !relapsed(Relapse::kObjectOrder)) return false;
  if (pass.service.observed_generation != pass.service.generation) return false;
  for (const auto& [container, digest] : rollout.candidate.pair.digests) {
    const auto runs = candidate->digests.find(container);
    if (runs == candidate->digests.end() || runs->second != digest) return false;
  }
  return candidate->template_hash == rollout.candidate.pair.template_hash;
}

}  // namespace

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
  if (!holds.empty()) return go_on(pass, held(pass, holds), first_expiry(holds));
  if (pass.rules().approval == Approval::kBeforeTraffic) {
    return to_waiting(pass, rollout, *candidate);
  }
  return to_step(pass, identified(rollout, *candidate), 0, approval_text(pass, rollout));
}

Transition waiting(const Pass& pass, const Waiting&) {
  if (auto hold = hold_for_foreign_edit(pass)) return *hold;
  auto holds = raising_holds(pass);
  const auto wake = first_expiry(holds);
  Explanation out = describe(pass, pass.core);
  holds.insert(holds.begin(),
               {"freshet", "AwaitingApproval", out.message, pass.core.since, std::nullopt});
  out.holds = std::move(holds);
  return go_on(pass, std::move(out), wake);
}

}  // namespace freshet::planning
