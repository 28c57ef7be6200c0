// Baking: the candidate has nearly everything, stable a holdback to be compared with.
#include "base/relapse.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/foreign.h"
#include "controller/planner/holds.h"
#include "controller/planner/judged.h"
#include "controller/planner/look.h"
#include "controller/planner/phases.h"
#include "controller/planner/raise.h"

namespace freshet::planning {
namespace {

// A bake that nobody used or looked at is no bake, nor is one during an incident of everybody's.
bool is_watched(const Pass& pass) {
  return pass.spec().analysis.mode == AnalysisMode::kReadinessOnly || is_watched_in_peace(pass, 1);
}

std::string what_is_awaited(const Pass& pass) {
  if (is_held_for(pass, AnalysisHold::kSharedIncident)) return "stable has stopped failing with it";
  if (pass.seen.verdict.asleep) return "it is no longer scaled to zero";
  if (pass.seen.verdict.silent) return "it finishes requests again";
  const bool is_idle = verdict_counts(pass) && pass.seen.verdict.step_requests == 0 &&
                       !is_held_for(pass, AnalysisHold::kStaleMetrics);
  return is_idle ? "it has had a request" : "its metrics and checks can be read again";
}

}  // namespace

Transition baking(const Pass& pass, const Baking& phase) {
  if (auto hold = hold_for_foreign_edit(pass)) return *hold;
  if (const auto why = reason_to_reduce(pass)) {
    const int last = static_cast<int>(phase.rollout.plan.size()) - 1;
    return reduce_to_step(pass, phase.rollout, last, *why);
  }
  auto holds = raising_holds(pass);
  if (auto unblocked = unblock_the_split(pass, !holds.empty())) return *unblocked;
  if (!gives_the_split(pass)) add_unprogrammed(pass, holds);
  if (!holds.empty() && !relapsed(Relapse::kLateFailure)) return hold_here(pass, holds);
  if (!gives_the_split(pass)) return await_programming(pass);
  const bool over = step_time(pass) >= pass.rules().bake.duration;
  if (over && is_watched(pass))
    return finish(pass, phase.rollout, approval_text(pass, phase.rollout));
  Explanation out = describe(pass, pass.core);
  out.holds = analysis_holds(pass);
  if (over) {
    out.next = "it gets all requests when " + what_is_awaited(pass);
  }
  return go_on(pass, std::move(out), pass.now + kSoon);
}

}  // namespace freshet::planning
