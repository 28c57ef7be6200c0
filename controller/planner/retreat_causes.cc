// Why a candidate is taken back: a checklist, most urgent first. No hold, budget or pause stands
// before it.
#include <array>

#include "base/relapse.h"
#include "base/text.h"
#include "controller/planner/judged.h"
#include "controller/planner/ledger.h"
#include "controller/planner/look.h"
#include "controller/planner/retreat.h"
#include "controller/planner/target.h"
#include "controller/planner/waits.h"

namespace freshet::planning {
namespace {

constexpr int kMostExits = 1;                   // of one pod: the second exit is no accident
constexpr Duration kUnreadyFor = seconds(30);   // shorter is a flap
constexpr Duration kNoPlaceFor = minutes(5);    // a node that is added on demand takes some
constexpr Duration kReadyWithin = minutes(10);  // Knative's own progress deadline

using MaybeCause = std::optional<Cause>;

// Named in spec.traffic: while it is not Ready Knative programs nothing of that list.
bool holds_traffic(const Pass& pass) {
  return std::holds_alternative<Gating>(pass.core.phase) ||
         std::holds_alternative<Shifting>(pass.core.phase) ||
         std::holds_alternative<Baking>(pass.core.phase);
}

bool exited(const RevisionView* candidate) {
  return candidate != nullptr && candidate->container_healthy.status == Tri::kFalse &&
         candidate->container_healthy.reason.starts_with("ExitCode");
}

std::string condition_words(const RevisionView* candidate) {
  if (candidate == nullptr) return "its Revision does not exist";
  const ConditionView& ready = candidate->ready;
  if (ready.message.empty()) return ready.reason.empty() ? "no reason given" : ready.reason;
  return printable(ready.message);
}

MaybeCause is_suspect_again(const Pass& pass, const Rollout&) {
  const auto why = suspect_again(pass);
  return why ? MaybeCause(Cause{RetreatWhy::kVerdict, *why}) : std::nullopt;
}

MaybeCause verdict_says_rollback(const Pass& pass, const Rollout&) {
  if (!verdict_counts(pass) || pass.seen.verdict.kind != VerdictKind::kRollback) return {};
  return Cause{RetreatWhy::kVerdict, pass.seen.verdict.sentence};
}

// Of many pods a few end by chance; most of them, after each had run for a while, do not.
MaybeCause containers_exit_again(const Pass& pass, const Rollout&) {
  const auto& pods = pass.seen.candidate_pods;
  if (!pods) return {};
  const bool in_one = pods->most_exits > kMostExits;
  const bool in_most = pods->exited_late > kMostExits && 2 * pods->exited_late > pods->pods;
  if (!in_one && !in_most) return {};
  std::string message =
      in_one ? "its container exited " + std::to_string(pods->most_exits) + " times in one pod"
             : "its container exited in " + std::to_string(pods->exited_late) + " of " +
                   std::to_string(pods->pods) + " pods";
  if (!pods->message.empty()) message += ": " + printable(pods->message);
  return Cause{RetreatWhy::kCrashed, message};
}

MaybeCause unready_with_traffic(const Pass& pass, const Rollout& rollout) {
  const auto& since = pass.memo.candidate_unready_since;
  if (!holds_traffic(pass) || !since || pass.now - *since < kUnreadyFor) return {};
  const RevisionView* candidate = candidate_view(pass, rollout);
  return Cause{exited(candidate) ? RetreatWhy::kCrashed : RetreatWhy::kUnready,
               "it has not been Ready for " + format_duration(kUnreadyFor) + ": " +
                   condition_words(candidate)};
}

MaybeCause other_image_than_intended(const Pass& pass, const Rollout& rollout) {
  const RevisionView* candidate = candidate_view(pass, rollout);
  if (candidate == nullptr) return {};
  for (const auto& [container, digest] : rollout.candidate.pair.digests) {
    const auto runs = candidate->digests.find(container);
    if (runs == candidate->digests.end() || runs->second == digest) continue;
    return Cause{RetreatWhy::kDigestMismatch, candidate->name.get() + " runs " +
                                                  runs->second.short_form() + " instead of " +
                                                  digest.short_form()};
  }
  return {};
}

MaybeCause gate_failed(const Pass& pass, const Rollout&) {
  if (!std::holds_alternative<Gating>(pass.core.phase)) return {};
  for (const GateRecord& gate : pass.memo.gates.gates) {
    if (gate.state != GateState::kFailed) continue;
    return Cause{RetreatWhy::kGateFailed, "gate " + gate.name + " failed: " + gate.message};
  }
  return {};
}

Duration ready_within(const Pass& pass, const RevisionView* candidate) {
  if (pass.rules().ready_within) return *pass.rules().ready_within;
  if (candidate != nullptr && candidate->progress_deadline) return *candidate->progress_deadline;
  return kReadyWithin;
}

// Since its Revision was asked for, or since it was Ready last.
TimePoint unready_since(const Pass& pass) {
  return pass.memo.candidate_unready_since.value_or(pass.core.since);
}

MaybeCause not_ready_in_time(const Pass& pass, const Rollout& rollout) {
  if (!std::holds_alternative<Preparing>(pass.core.phase)) return {};
  const RevisionView* candidate = candidate_view(pass, rollout);
  if (is_ready(candidate)) return {};
  const Duration allowed = ready_within(pass, candidate);
  const TimePoint since = unready_since(pass);
  if (pass.now - since < allowed) return {};
  const bool was_ready = since > pass.core.since;
  return Cause{exited(candidate) ? RetreatWhy::kCrashed : RetreatWhy::kNotReady,
               (was_ready ? "it has not been Ready for " : "it was not Ready within ") +
                   format_duration(allowed) + ": " + condition_words(candidate)};
}

MaybeCause no_place_or_no_image(const Pass& pass, const Rollout& rollout) {
  const auto& pods = pass.seen.candidate_pods;
  if (!std::holds_alternative<Preparing>(pass.core.phase) || !pods) return {};
  if (!pods->unschedulable && !pods->image_pull_failing) return {};
  if (is_ready(candidate_view(pass, rollout))) return {};
  const Duration patience = pods->unschedulable ? kNoPlaceFor : kUnreadyFor;
  if (pass.now - unready_since(pass) < patience) return {};
  std::string message =
      pods->unschedulable ? "its pods cannot be scheduled" : "its image cannot be pulled";
  if (!pods->message.empty()) message += ": " + printable(pods->message);
  return Cause{RetreatWhy::kNotReady, message};
}

// Who asked for the candidate takes the wish back: the registry, or a person's template.
MaybeCause template_is_stables_again(const Pass& pass, const Rollout& rollout) {
  if (rollout.candidate.why != CandidateWhy::kTemplate) return {};
  if (present_pair(pass) != pass.core.stable->pair) return {};
  return Cause{RetreatWhy::kWithdrawn, "the template is stable's again"};
}

MaybeCause followed_tag_names_stable_again(const Pass& pass, const Rollout& rollout) {
  if (rollout.candidate.why != CandidateWhy::kDigest) return {};
  const auto digests = confirmed_digests(pass);
  if (!digests || *digests != pass.core.stable->pair.digests) return {};
  if (rollout.candidate.pair.digests == *digests) return {};
  return Cause{RetreatWhy::kWithdrawn,
               "the followed tag names " + to_string(*digests) + " again, which is stable"};
}

// Knative makes Revisions of the newest template only: one that was edited before is never made.
MaybeCause its_template_was_replaced(const Pass& pass, const Rollout& rollout) {
  if (!std::holds_alternative<Preparing>(pass.core.phase)) return {};
  if (candidate_view(pass, rollout) != nullptr || rollout.candidate.name) return {};
  const RevisionView* made = revision_of_template(pass);
  const auto present = present_pair(pass);
  if (made == nullptr || !present) return {};
  const bool still_ours =
      pass.service.template_rollout_id == rollout.id && *present == rollout.candidate.pair;
  if (still_ours) return {};
  return Cause{RetreatWhy::kSuperseded,
               "the template was changed before Knative had made its Revision; " +
                   made->name.get() + " came instead"};
}

// A bake has its own end, which may be after the deadline: till then nothing takes its place.
bool bakes_on(const Pass& pass) {
  return std::holds_alternative<Baking>(pass.core.phase) &&
         pass.now - pass.core.since < pass.rules().bake.duration;
}

MaybeCause superseded_by_a_newer_pair(const Pass& pass, const Rollout& rollout) {
  const bool at_once = pass.rules().when_superseded == WhenSuperseded::kSupersede;
  if (!at_once && (!is_past_deadline(pass) || bakes_on(pass))) return {};
  const auto newer = newer_target(pass, rollout);
  if (!newer) return {};
  return Cause{RetreatWhy::kSuperseded, image_text(*newer) + " is newer"};
}

MaybeCause deadline_rolls_back(const Pass& pass, const Rollout&) {
  if (pass.rules().when_inconclusive != WhenInconclusive::kRollBack) return {};
  // That a gate could not be told speaks no more against it than a bake does.
  const bool is_exempt = std::holds_alternative<Baking>(pass.core.phase) ||
                         std::holds_alternative<Gating>(pass.core.phase);
  if (is_exempt || !is_past_deadline(pass)) return {};
  return Cause{RetreatWhy::kDeadline, "the deadline of " + format_duration(pass.rules().deadline) +
                                          " passed without enough evidence"};
}

using Check = MaybeCause (*)(const Pass&, const Rollout&);
constexpr std::array<Check, 13> kChecks = {
    verdict_says_rollback,
    is_suspect_again,
    containers_exit_again,
    unready_with_traffic,
    other_image_than_intended,
    gate_failed,
    template_is_stables_again,
    its_template_was_replaced,
    not_ready_in_time,
    no_place_or_no_image,
    followed_tag_names_stable_again,
    superseded_by_a_newer_pair,
    deadline_rolls_back,
};

}  // namespace

std::optional<Cause> cause_to_retreat(const Pass& pass) {
  const Rollout* rollout = pass.rollout();
  if (rollout == nullptr || std::holds_alternative<Retreating>(pass.core.phase)) return {};
  const bool bakes = std::holds_alternative<Baking>(pass.core.phase);
  if (bakes && relapsed(Relapse::kLateFailure)) return {};
  for (const Check check : kChecks) {
    if (auto cause = check(pass, *rollout)) return cause;
  }
  return {};
}

}  // namespace freshet::planning
