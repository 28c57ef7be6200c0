// Retreating: until Knative shows that stable has all requests, then the template is put right.
#include "base/text.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/ledger.h"
#include "controller/planner/look.h"
#include "controller/planner/parking.h"
#include "controller/planner/phases.h"
#include "controller/planner/template_text.h"
#include "controller/planner/traffic_intent.h"
#include "controller/planner/waits.h"

namespace freshet::planning {
namespace {

// The write that began the retreat may have been the last thing a controller did: what it noted in
// the memo is noted again.
void note_again(Pass& pass, const Retreating& retreat) {
  const Rollout& rollout = retreat.rollout;
  if (defers(retreat.why)) {
    defer(pass.memo, rollout.candidate.pair, pass.core.since, retreat.message);
  }
  remember(pass.memo,
           history_entry(pass, rollout, outcome_of(retreat.why), retreat.message, pass.core.since));
}

bool is_candidates_template(const Pass& pass, const Candidate& candidate) {
  if (const auto present = present_pair(pass)) return *present == candidate.pair;
  // Not resolved: still the judged one if Knative made the candidate of it.
  return candidate.name && pass.service.latest_created == candidate.name &&
         same_template(pair_of(pass, {}, pass.service), candidate.pair);
}

// A person's template stays where only infrastructure failed or something newer came: it is tried
// again, or followed by what superseded it.
bool wants_revert(const Pass& pass, const Retreating& retreat) {
  const Candidate& candidate = retreat.rollout.candidate;
  if (!reverts_template(pass)) return false;
  if (!is_candidates_template(pass, candidate)) return false;
  return candidate.why == CandidateWhy::kDigest || rejects(retreat.why);
}

// Nullopt: stable's template is not at hand.
std::optional<TemplateChange> stables_template(const Pass& pass, const Retreating& retreat) {
  const RevisionView* stable = stable_view(pass);
  const Pair& pair = pass.core.stable->pair;
  if (stable == nullptr || stable->template_hash != pair.template_hash) return std::nullopt;
  const auto images = pinned_images(stable->template_json, pair.digests);
  if (!images) return std::nullopt;
  const std::string suffix = retreat.rollout.id + "r";
  if (same_template(retreat.rollout.candidate.pair, pair)) {
    return SetImages{*images, std::nullopt, suffix};
  }
  const auto text = with_images(stable->template_json, *images);
  if (!text) return std::nullopt;
  return ReplaceTemplate{*text, suffix};
}

// Nothing that names stable will be programmed. Where no request is to be taken back, stable is
// gone for good, or neither of the two runs, a newer image must not wait for it.
bool has_no_way_back(const Pass& pass, const Retreating& retreat) {
  const RevisionView* stable = stable_view(pass);
  if (is_ready(stable)) return false;
  if (retreat.unexposed) return true;
  if (pass.now - pass.core.since < kGoneFor) return false;
  return stable == nullptr || !is_ready(candidate_view(pass, retreat.rollout));
}

Transition to_idle(const Pass& pass, TemplateChange change, std::string why, Fact what) {
  Core next = enter(pass.core, Idle{}, pass.now);
  return write(pass, {std::move(next), false, std::move(change), false, std::move(why)},
               std::move(what));
}

Transition put_template_right(const Pass& pass, const Retreating& retreat) {
  const std::string& stable = pass.core.stable->name.get();
  const std::string programmed =
      "rollout " + retreat.rollout.id + ": " +
      (is_programmed(pass)            ? stable + " has all requests again"
       : stable_view(pass) == nullptr ? stable + " does not exist any more"
       : retreat.unexposed            ? "no request went to it; " + stable + " is not Ready itself"
                                      : "neither it nor " + stable + " runs");
  if (!wants_revert(pass, retreat)) {
    return to_idle(pass, KeepTemplate{}, "retreat is programmed",
                   fact("RetreatProgrammed", programmed));
  }
  if (auto change = stables_template(pass, retreat)) {
    return to_idle(pass, *std::move(change), "template revert",
                   fact("TemplateReverted", programmed + "; the template is stable's again, what " +
                                                image_text(retreat.rollout.candidate.pair) +
                                                " had changed is taken out"));
  }
  return to_idle(pass, KeepTemplate{}, "retreat is programmed, stable's template is not known",
                 warning("RetreatProgrammed", programmed + "; stable's template is not at hand, "
                                                           "the rejected one stays"));
}

Decision answer_foreign_edit(const Pass& pass, const Retreating& retreat) {
  if (!is_foreign_edit(pass)) return {};
  const std::string found = "spec.traffic was changed to " + to_string(pass.service.traffic);
  if (!retreat.rewritten) {
    Core next = pass.core;
    std::get<Retreating>(next.phase).rewritten = true;
    return write(pass, {std::move(next), true, KeepTemplate{}, true, "retreat, written again"},
                 warning("ForeignEdit", found + " during a retreat; it is written again once"));
  }
  Pass alerted = pass;
  alert_once(alerted, warning("ForeignEdit", found + " again during a retreat"));
  const HoldStatus hold = own_hold(pass, "ForeignEdit",
                                   found +
                                       " again during a retreat: resume --keep-mine or "
                                       "--keep-theirs decides");
  return wait(std::move(alerted), held(pass, {hold}));
}

}  // namespace

Transition retreating(const Pass& pass, const Retreating& retreat) {
  Pass noted = pass;
  note_again(noted, retreat);
  if (auto answer = answer_foreign_edit(noted, retreat)) return *answer;
  if (is_programmed(noted)) return put_template_right(noted, retreat);
  if (has_no_way_back(noted, retreat)) return put_template_right(noted, retreat);
  if (auto parked = park_what_blocks(noted, noted.core.since + kParkAfter, "the retreat"))
    return *parked;
  Explanation waits = describe(noted, noted.core);
  const std::string& words = noted.service.routes_ready.message;
  if (!words.empty()) waits.message += "; Knative says: " + printable(words);
  if (!is_ready(stable_view(noted))) {
    std::string message =
        noted.core.stable->name.get() +
        " is not Ready: the retreat to it cannot be programmed; "
        "promote --full gives all requests to the candidate (retry first if it was rejected)";
    const auto paused = active_holds(noted.core, noted.now);
    if (!paused.empty()) message += "; resume first, " + paused.front().owner + " has paused it";
    alert_once(noted, warning("StableUnready", message));
    waits.holds.push_back(own_hold(noted, "StableUnready", message));
  }
  return wait(noted, std::move(waits), noted.now + kSoon);
}

}  // namespace freshet::planning
