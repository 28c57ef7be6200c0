// Every write that raises something.
#include "controller/planner/raise.h"

#include <algorithm>

#include "base/relapse.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/ledger.h"
#include "controller/planner/look.h"
#include "controller/planner/new_base.h"
#include "controller/planner/plan.h"

namespace freshet::planning {
namespace {

std::string on_word_of(const std::string& by) { return by.empty() ? "" : " (" + by + ")"; }

std::string name_of(const Pass& pass, const Rollout& rollout) {
  return "rollout " + rollout.id + ": " + candidate_text(pass, rollout);
}

SetImages images_of(const Pass& pass, const Target& target, const std::string& id) {
  SetImages out{{}, id, id};
  for (const FollowedImage& image : pass.seen.images) {
    const auto digest = target.pair.digests.find(image.container);
    if (digest == target.pair.digests.end()) continue;
    ImageReference reference = image.reference;
    // The tag that a policy chose says nothing of another digest.
    const bool chosen = image.confirmed && image.confirmed->digest == digest->second;
    if (image.follow && !chosen) reference.tag.reset();
    out.images[image.container] = to_string(pinned(std::move(reference), digest->second));
  }
  return out;
}

Transition wait_for_revision(const Pass& pass) {
  Explanation out = describe(pass, pass.core);
  out.message += "; the template was changed, and Knative has not made its Revision yet";
  return wait(pass, std::move(out), pass.now + kSoon);
}

std::string merged_text(const Rollout& rollout, const std::vector<int>& steps) {
  if (rollout.plan.size() == steps.size()) return "";
  return "; at present traffic the plan is " + std::to_string(rollout.plan.size()) + " of " +
         std::to_string(steps.size()) + " steps, from " + std::to_string(rollout.plan.front()) +
         " %";
}

// It was tried before, and Knative does not start again what did not become Ready in its time.
bool is_given_up(const Pass& pass, const Pair& pair, const RevisionView& revision) {
  const auto& deferred = pass.memo.deferred;
  return revision.ready.status == Tri::kFalse && writes_template(pass) &&
         std::ranges::find(deferred, pair, &Deferral::pair) != deferred.end();
}

}  // namespace

Rollout identified(const Rollout& rollout, const RevisionView& candidate) {
  Rollout out = rollout;
  out.candidate.name = candidate.name;
  out.candidate.uid = candidate.uid;
  return out;
}

Transition begin_rollout(const Pass& pass, const Target& target) {
  Rollout rollout;
  rollout.id = rollout_id(pass);
  rollout.candidate.pair = target.pair;
  rollout.candidate.why = target.why;
  rollout.new_base = pass.rules().new_base && more_than_new_base(pass, target.pair).empty();
  const RolloutSpec rules = rules_of(pass.rules(), rollout.new_base);
  rollout.plan = merge_plan(pass.spec(), rules.steps, pass.seen.requests_per_second);
  rollout.started = pass.now;
  rollout.tag = pass.rules().tag;
  TemplateChange change = KeepTemplate{};
  std::string what = "a new digest of the followed tag";
  if (target.why == CandidateWhy::kDigest) {
    change = images_of(pass, target, rollout.id);
  } else {
    const RevisionView* revision = revision_of_template(pass);
    if (revision == nullptr) return wait_for_revision(pass);
    what = "a changed template";
    if (is_given_up(pass, target.pair, *revision)) {
      change = SetImages{{}, rollout.id, rollout.id};
      what += ", once more";
    } else {
      rollout.candidate.name = revision->name;
    }
  }
  const std::string message = "rollout " + rollout.id + " of " + image_text(target.pair) + ": " +
                              what + plan_note(pass, rollout) + merged_text(rollout, rules.steps);
  Core next = enter(pass.core, Preparing{rollout}, pass.now);
  return write(pass, {std::move(next), true, std::move(change), false, "prepare"},
               fact("CandidateFound", message));
}

Transition to_gating(const Pass& pass, const Rollout& rollout, const RevisionView& candidate) {
  const Rollout known = identified(rollout, candidate);
  const std::size_t gates = pass.spec().gates.size();
  return write(pass,
               {enter(pass.core, Gating{known}, pass.now), true, KeepTemplate{}, false,
                "candidate is Ready, its gates are tried"},
               fact("GatesBegun", name_of(pass, known) + " is Ready and has to pass " +
                                      std::to_string(gates) + (gates == 1 ? " gate" : " gates") +
                                      " before its first request"));
}

// From Gating it is named no longer: a crash while a person sleeps would make the Service unready.
Transition to_waiting(const Pass& pass, const Rollout& rollout, const RevisionView& candidate) {
  const Rollout known = identified(rollout, candidate);
  const bool was_named = std::holds_alternative<Gating>(pass.core.phase);
  return write(pass,
               {enter(pass.core, Waiting{known}, pass.now), was_named, KeepTemplate{}, false,
                "candidate is Ready, approval is awaited"},
               fact("AwaitingApproval", name_of(pass, known) + " is Ready and waits for approval"));
}

Transition to_step(const Pass& pass, const Rollout& rollout, int step, const std::string& by) {
  const std::string text = step_text(rollout, step);
  const bool first = step == 0;
  const std::string what = (first ? " is Ready and gets its first requests, " : " goes on to ");
  return write(
      pass,
      {enter(pass.core, Shifting{rollout, step}, pass.now), true, KeepTemplate{}, false, text},
      fact(first ? "CandidateReady" : "StepAdvanced",
           name_of(pass, rollout) + what + text + on_word_of(by)));
}

Transition to_baking(const Pass& pass, const Rollout& rollout, const std::string& by) {
  const int kept = holdback(pass, rollout);
  const std::string text = std::to_string(100 - kept) + " %";
  return write(pass,
               {enter(pass.core, Baking{rollout, kept}, pass.now), true, KeepTemplate{}, false,
                "bake at " + text},
               fact("Baking", name_of(pass, rollout) + " bakes at " + text + on_word_of(by)));
}

Transition finish(const Pass& pass, const Rollout& rollout, const std::string& by) {
  const Candidate& candidate = rollout.candidate;
  const std::string message =
      name_of(pass, rollout) + " gets all requests and is stable now" + on_word_of(by);
  Pass ending = pass;
  remember(ending.memo, history_entry(pass, rollout, "Promoted", message, pass.now));
  std::erase_if(ending.memo.deferred,
                [&](const Deferral& deferral) { return deferral.pair == candidate.pair; });
  Core next = enter(pass.core, Idle{}, pass.now);
  next.stable = RevisionRef{*candidate.name, *candidate.uid, candidate.pair};
  if (relapsed(Relapse::kLatestRevision)) {
    const RevisionView* made = revision_of_template(pass);
    if (made != nullptr) next.stable = RevisionRef{made->name, made->uid, candidate.pair};
  }
  return write(std::move(ending), {std::move(next), true, KeepTemplate{}, false, "finish"},
               fact("Promoted", message));
}

Transition reduce_to_step(const Pass& pass, const Rollout& rollout, int step,
                          const std::string& why) {
  Rollout next = rollout;
  if (effective_verdict(pass) == VerdictKind::kReduce) ++next.reduced;
  return write(pass,
               {enter(pass.core, Shifting{next, step}, pass.now), true, KeepTemplate{}, false,
                "reduce to " + step_text(rollout, step)},
               warning("Reduced", name_of(pass, rollout) + " goes back to " +
                                      step_text(rollout, step) + ": " + why));
}

}  // namespace freshet::planning
