// What people read.
#include "controller/planner/explain.h"

#include "base/overloaded.h"
#include "base/text.h"
#include "controller/planner/gate_course.h"
#include "controller/planner/look.h"
#include "controller/planner/new_base.h"

namespace freshet::planning {
namespace {

std::string stable_text(const Core& core) {
  return core.stable->name.get() + " (" + image_text(core.stable->pair) + ")";
}

// The same in the pass that writes and in the passes after it: status is then written once.
std::string newest_text(const Pass& pass, const Core& core) {
  const auto digests = confirmed_digests(pass);
  if (!digests || *digests != core.stable->pair.digests) return "";
  return " and is what the followed tags name";
}

std::string after_gating(const Pass& pass) {
  return std::string("when every gate has passed ") +
         (pass.rules().approval == Approval::kBeforeTraffic
              ? "a person is asked to promote it"
              : "it gets its first requests; a gate that fails takes it back");
}

std::string after_preparing(const Pass& pass) {
  if (!pass.spec().gates.empty()) return "when it is Ready its gates are tried";
  return pass.rules().approval == Approval::kBeforeTraffic
             ? "when it is Ready, a person is asked to promote it"
             : "when it is Ready it gets its first requests";
}

std::string after_step(const Pass& pass, const Shifting& shifting) {
  const auto following = static_cast<std::size_t>(shifting.step) + 1;
  if (following < shifting.rollout.plan.size()) {
    return "when this step's evidence allows it: " +
           std::to_string(shifting.rollout.plan[following]) + " %";
  }
  return pass.rules().approval == Approval::kBeforePromotion
             ? "when the evidence clears the promotion margin, a person is asked to promote it"
             : "when the evidence clears the promotion margin it bakes";
}

std::string judged_text(const Pass& pass) {
  if (!verdict_counts(pass) || pass.seen.verdict.sentence.empty()) return "";
  return "; " + pass.seen.verdict.sentence;
}

Explanation say(std::string reason, std::string message, std::string next) {
  Explanation out;
  out.reason = std::move(reason);
  out.message = std::move(message);
  out.next = std::move(next);
  return out;
}

Explanation describe_preparing(const Pass& pass, const Rollout& rollout) {
  const RevisionView* candidate = candidate_view(pass, rollout);
  std::string message =
      candidate == nullptr
          ? "waiting for Knative to make the Revision of " + image_text(rollout.candidate.pair)
          : "waiting for " + candidate_text(pass, rollout) + " to be Ready";
  // Knative itself says nothing of pods before the Revision's progress deadline.
  const auto& pods = pass.seen.candidate_pods;
  if (candidate != nullptr && candidate->ready.status == Tri::kFalse) {
    message += ": " + printable(candidate->ready.message);
  } else if (candidate != nullptr && pods && !pods->message.empty()) {
    message += ": " + printable(pods->message);
  }
  return say("WaitingForReady", message, after_preparing(pass));
}

Explanation describe_phase(const Pass& pass, const Core& core) {
  return std::visit(
      overloaded{
          [&](const Adopting&) {
            return say("Adopting", "looking at the Service as it is; nothing is written",
                       "when every check passes its traffic is pinned by name");
          },
          [&](const Idle&) {
            return say("Idle", stable_text(core) + " serves all requests" + newest_text(pass, core),
                       "a newly confirmed digest or an edit of the template starts a rollout");
          },
          [&](const Preparing& p) { return describe_preparing(pass, p.rollout); },
          [&](const Gating& p) {
            return say("Gating",
                       candidate_text(pass, p.rollout) +
                           " is tested through its tag URL before any request: " + gates_text(pass),
                       after_gating(pass));
          },
          [&](const Waiting& p) {
            return say("AwaitingApproval",
                       candidate_text(pass, p.rollout) + " is Ready and waits for approval",
                       "promote gives it its first requests, abort takes it back");
          },
          [&](const Shifting& p) {
            return say("Judging",
                       candidate_text(pass, p.rollout) + " at " + step_text(p.rollout, p.step) +
                           judged_text(pass),
                       after_step(pass, p));
          },
          [&](const Baking& p) {
            return say("Baking",
                       candidate_text(pass, p.rollout) + " bakes with " +
                           std::to_string(100 - p.holdback) + " % of requests" + judged_text(pass),
                       "after " + format_duration(pass.rules().bake.duration) +
                           " without a verdict against it, it gets all requests");
          },
          [&](const Retreating& p) {
            return say("Retreating",
                       "taking " + candidate_text(pass, p.rollout) + " back (" +
                           std::string(to_string(p.why)) + "): " + p.message,
                       "when Knative has programmed it, the template is put right");
          },
      },
      core.phase);
}

}  // namespace

Explanation describe(const Pass& pass, const Core& core) {
  Explanation out = describe_phase(pass, core);
  const Rollout* rollout = active_rollout(core.phase);
  const bool goes_on = rollout != nullptr && !std::holds_alternative<Retreating>(core.phase);
  if (goes_on) out.message += plan_note(pass, *rollout);
  return out;
}

Explanation held(const Pass& pass, std::vector<HoldStatus> holds) {
  Explanation out = describe(pass, pass.core);
  if (holds.empty()) return out;
  out.reason = "Held";
  out.message = holds.front().reason + ": " + holds.front().message + " (" + out.message + ")";
  out.holds = std::move(holds);
  return out;
}

Explanation not_ready(std::string reason, std::string message, std::string next) {
  Explanation out = say(reason, std::move(message), std::move(next));
  out.ready = false;
  out.not_ready_reason = std::move(reason);
  return out;
}

std::string step_text(const Rollout& rollout, int step) {
  return "step " + std::to_string(step + 1) + " of " + std::to_string(rollout.plan.size()) + ": " +
         std::to_string(rollout.plan.at(static_cast<std::size_t>(step))) + " %";
}

std::string candidate_text(const Pass& pass, const Rollout& rollout) {
  const RevisionView* candidate = candidate_view(pass, rollout);
  const std::string image = image_text(rollout.candidate.pair);
  if (candidate != nullptr) return candidate->name.get() + " (" + image + ")";
  if (rollout.candidate.name) return rollout.candidate.name->get() + " (" + image + ")";
  return "the candidate (" + image + ")";
}

Fact fact(std::string reason, std::string message) {
  return {std::move(reason), std::move(message), false};
}

Fact warning(std::string reason, std::string message) {
  return {std::move(reason), std::move(message), true};
}

}  // namespace freshet::planning
