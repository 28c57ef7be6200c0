// Shifting: one step of the plan at a time, each on evidence of its own.
#include "base/relapse.h"
#include "base/text.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/foreign.h"
#include "controller/planner/holds.h"
#include "controller/planner/judged.h"
#include "controller/planner/look.h"
#include "controller/planner/phases.h"
#include "controller/planner/raise.h"
#include "controller/planner/waits.h"

namespace freshet::planning {
namespace {

bool is_last(const Shifting& phase) {
  return static_cast<std::size_t>(phase.step) + 1 == phase.rollout.plan.size();
}

// A hold of this phase that a person ends: since when is kept, the deadline does not count it.
Transition await_person(const Pass& pass, const std::string& reason, const std::string& message,
                        const std::string& next) {
  Pass waits = pass;
  alert_once(waits, fact(reason, message));
  Explanation out = held(waits, {{"freshet", reason, message, *waits.memo.waiting_since, {}}});
  out.next = next;
  return wait(std::move(waits), std::move(out), pass.now + minutes(1));
}

Decision advance_on_evidence(const Pass& pass, const Shifting& phase) {
  const VerdictKind verdict = effective_verdict(pass);
  if (is_last(phase)) {
    if (verdict != VerdictKind::kPromote) return {};
    if (pass.rules().approval == Approval::kBeforePromotion) {
      return await_person(pass, "AwaitingApproval",
                          candidate_text(pass, phase.rollout) +
                              " has cleared the promotion margin and waits for approval",
                          "promote lets it bake, abort takes it back");
    }
    return to_baking(pass, phase.rollout, approval_text(pass, phase.rollout));
  }
  if (verdict != VerdictKind::kAdvance && verdict != VerdictKind::kPromote) return {};
  return to_step(pass, phase.rollout, phase.step + 1, "");
}

Decision reduce(const Pass& pass, const Shifting& phase) {
  if (phase.step == 0) return {};
  const auto why = reason_to_reduce(pass);
  if (!why) return {};
  return reduce_to_step(pass, phase.rollout, 0, *why);
}

// One that fails one request in ten has most likely (96 %) failed one of these.
constexpr std::int64_t kFewestForClean = 30;

// Only what never leaned against the candidate, and was looked at, may pass for clean.
bool is_clean(const Pass& pass) {
  if (pass.memo.candidate_unready_since || pass.rollout()->reduced > 0) return false;
  if (pass.spec().analysis.mode == AnalysisMode::kReadinessOnly) return true;
  return is_watched_in_peace(pass, kFewestForClean) && !pass.seen.verdict.leaning_against &&
         pass.seen.verdict.rollback_evidence < kSuspicion;
}

Decision answer_deadline(const Pass& pass, const Shifting& phase) {
  if (!is_past_deadline(pass)) return {};
  const std::string passed = "the deadline of " + format_duration(pass.rules().deadline) +
                             " passed at " + step_text(phase.rollout, phase.step);
  const bool promotes = pass.rules().when_inconclusive == WhenInconclusive::kPromoteIfClean;
  const bool approves = pass.rules().approval != Approval::kBeforePromotion &&
                        !lacks_approval_to_promote(pass, phase.rollout);
  if (promotes && is_clean(pass) && approves) {
    Pass noted = pass;
    noted.facts.push_back(fact("DeadlinePassed", passed + "; nothing speaks against it"));
    return to_baking(noted, phase.rollout, passed + ", clean");
  }
  return await_person(pass, "Inconclusive", passed + " without enough evidence",
                      "promote or abort decides; a newer digest supersedes it");
}

Transition keep_judging(const Pass& pass) {
  Explanation out = describe(pass, pass.core);
  out.holds = analysis_holds(pass);
  return go_on(pass, std::move(out), pass.now + kSoon);
}

}  // namespace

Transition shifting(const Pass& pass, const Shifting& phase) {
  if (auto hold = hold_for_foreign_edit(pass)) return *hold;
  if (auto reduced = reduce(pass, phase)) return *reduced;
  auto holds = raising_holds(pass);
  if (auto unblocked = unblock_the_split(pass, !holds.empty())) return *unblocked;
  if (!gives_the_split(pass)) add_unprogrammed(pass, holds);
  if (!holds.empty()) return hold_here(pass, holds);
  if (!gives_the_split(pass)) return await_programming(pass);
  // Before that the verdict may be about another percent, and so may what speaks for a clean one.
  const bool waits = !relapsed(Relapse::kTransientReadiness);
  if (waits && step_time(pass) < pass.rules().minimum_step) return keep_judging(pass);
  if (auto advanced = advance_on_evidence(pass, phase)) return *advanced;
  if (auto answered = answer_deadline(pass, phase)) return *answered;
  return keep_judging(pass);
}

}  // namespace freshet::planning
