// May the candidate get its first requests, and how.
#include "controller/planner/admission.h"

#include "base/relapse.h"
#include "controller/planner/look.h"
#include "controller/planner/raise.h"

namespace freshet::planning {

bool may_get_requests(const Pass& pass, const RevisionView* candidate, const Rollout& rollout) {
  if (candidate == nullptr) return false;
  if (!is_ready(candidate) && !relapsed(Relapse::kObjectOrder)) return false;
  if (pass.service.observed_generation != pass.service.generation) return false;
  for (const auto& [container, digest] : rollout.candidate.pair.digests) {
    const auto runs = candidate->digests.find(container);
    if (runs == candidate->digests.end() || runs->second != digest) return false;
  }
  return same_template(pair_of(pass, {}, *candidate), rollout.candidate.pair);
}

Transition admit(const Pass& pass, const Rollout& rollout, const RevisionView& candidate) {
  if (pass.rules().approval == Approval::kBeforeTraffic) {
    return to_waiting(pass, rollout, candidate);
  }
  return to_step(pass, identified(rollout, candidate), 0, approval_text(pass, rollout));
}

}  // namespace freshet::planning
