// Shadow mode. The percents are somebody else's and followed as they are observed; evidence and
// verdict are those of a rollout.
#include "controller/planner/shadow.h"

#include <algorithm>

#include "base/text.h"
#include "controller/planner/adopt.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/ledger.h"
#include "controller/planner/look.h"
#include "controller/planner/plan.h"
#include "controller/planner/target.h"

namespace freshet::planning {
namespace {

Transition tell(const Pass& pass, Explanation out, std::optional<TimePoint> wake) {
  out.message = "in shadow: " + out.message;
  return wait(pass, std::move(out), wake);
}

// Goes on with another core, which stands in status alone.
Transition turn_to(const Pass& pass, Core next, Fact what) {
  Transition out =
      write(pass, {std::move(next), false, KeepTemplate{}, false, ""}, std::move(what));
  out.write.reset();
  out.explanation.message = "in shadow: " + out.explanation.message;
  return out;
}

std::optional<RevisionRef> reference_to(const Pass& pass, const RevisionView& revision) {
  const auto digests = followed_digests(pass, revision);
  if (!digests) return std::nullopt;
  return RevisionRef{revision.name, revision.uid, pair_of(pass, *digests, revision)};
}

// What the present verdict would do to the candidate.
std::string would_do(const Pass& pass, int percent) {
  switch (effective_verdict(pass)) {
    case VerdictKind::kRollback: return "Freshet would take it back";
    case VerdictKind::kReduce: return "Freshet would go back to the first step";
    case VerdictKind::kPromote: return "Freshet would promote it";
    case VerdictKind::kAdvance: {
      const auto& steps = pass.rules().steps;
      const auto next = std::ranges::upper_bound(steps, percent);
      if (next == steps.end()) return "Freshet would keep judging before it promotes";
      return "Freshet would go on to " + std::to_string(*next) + " %";
    }
    case VerdictKind::kContinue:
    case VerdictKind::kInconclusive: return "Freshet would keep judging at this step";
  }
  return "";
}

std::string words_of_verdict(const Pass& pass) {
  return pass.seen.verdict.sentence.empty() || !verdict_counts(pass)
             ? ""
             : ": " + printable(pass.seen.verdict.sentence);
}

// The split is over: the history says what was done, and what Freshet would have done.
Transition end_of_split(const Pass& pass, const Rollout& rollout, RevisionRef serves) {
  const bool taken = rollout.candidate.uid == serves.uid;
  const std::string message =
      candidate_text(pass, rollout) + (taken ? " has all requests now; " : " has none any more; ") +
      "at the end " + would_do(pass, candidate_percent(pass.core)) + words_of_verdict(pass);
  Pass ending = pass;
  remember(ending.memo, history_entry(pass, rollout, "Shadow", message, pass.now));
  Core next = enter(pass.core, Idle{}, pass.now);
  next.stable = std::move(serves);
  return turn_to(ending, std::move(next), fact("ShadowEnded", message));
}

Transition one_serves(const Pass& pass, const RevisionView& serving) {
  auto reference = reference_to(pass, serving);
  if (!reference) {
    return tell(pass,
                not_ready("NoDigest", "Knative shows no digest for " + serving.name.get(), ""),
                pass.now + 2 * kSoon);
  }
  if (const Rollout* rollout = pass.rollout()) {
    return end_of_split(pass, *rollout, *std::move(reference));
  }
  if (!pass.core.stable || pass.core.stable->uid != reference->uid) {
    const std::string sentence = serving.name.get() + " (" + to_string(reference->pair.digests) +
                                 ") serves all requests; it is watched, and nothing is written";
    Core next = enter(pass.core, Idle{}, pass.now);
    next.stable = *std::move(reference);
    return turn_to(pass, std::move(next), fact("ShadowBegan", sentence));
  }
  const Targets targets = find_targets(pass);
  Explanation out = describe(pass, pass.core);
  out.next = "nothing is written (rollout.writeMode: Shadow)";
  if (targets.start) {
    out.next = "Freshet would roll out " + image_text(targets.start->pair);
    out.message += "; " + out.next;
  }
  return tell(pass, std::move(out), std::nullopt);
}

Transition judge_split(const Pass& pass, const RevisionView& candidate, int percent) {
  const Rollout* rollout = pass.rollout();
  const bool same = rollout != nullptr && rollout->candidate.uid == candidate.uid;
  if (!same || candidate_percent(pass.core) != percent) {
    auto reference = reference_to(pass, candidate);
    if (!reference) return tell(pass, describe(pass, pass.core), pass.now + kSoon);
    Rollout next = same ? *rollout : Rollout{};
    if (!same) {
      next.id = rollout_id(pass);
      next.started = pass.now;
      next.candidate = {reference->pair, CandidateWhy::kTemplate, candidate.name, candidate.uid};
    }
    next.plan = {percent};
    const std::string sentence =
        candidate_text(pass, next) + " has " + std::to_string(percent) + " % by another's hand";
    return turn_to(pass, enter(pass.core, Shifting{std::move(next), 0}, pass.now),
                   fact("ShadowSplit", sentence));
  }
  Pass judged = pass;
  Explanation out = describe(pass, pass.core);
  out.next = would_do(pass, percent);
  out.message += "; " + out.next;
  if (effective_verdict(pass) != VerdictKind::kRollback) {
    judged.memo.waiting_since.reset();
  } else {
    alert_once(judged, warning("WouldRollBack", candidate_text(pass, *rollout) + ": " + out.next +
                                                    words_of_verdict(pass)));
  }
  return tell(judged, std::move(out), pass.now + kSoon);
}

}  // namespace

Transition shadow(const Pass& pass) {
  const auto& stable = pass.core.stable;
  if (!stable) {
    if (auto problem = adoption_problem(pass)) {
      return tell(pass, *std::move(problem), pass.now + 2 * kSoon);
    }
    return one_serves(pass, *one_that_serves(pass));
  }
  const Traffic shares = serving(pass.service.observed_traffic);
  const auto is_stable = [&](const TrafficTarget& share) { return share.revision == stable->name; };
  const auto other = std::ranges::find_if_not(shares, is_stable);
  if (!is_settled(pass.service) || shares.empty()) {
    return tell(pass, describe(pass, pass.core), pass.now + kSoon);
  }
  if (other == shares.end()) {
    const RevisionView* serving = stable_view(pass);
    if (serving != nullptr) return one_serves(pass, *serving);
  } else if (const RevisionView* seen =
                 other->revision ? find_revision(pass.seen, *other->revision) : nullptr) {
    if (shares.size() == 1) return one_serves(pass, *seen);
    if (shares.size() == 2 && std::ranges::any_of(shares, is_stable)) {
      return judge_split(pass, *seen, other->percent.get());
    }
  }
  return tell(pass,
              held(pass, {own_hold(pass, "Split",
                                   "requests go to " + to_string(shares) +
                                       "; two Revisions can be compared, stable among them")}),
              pass.now + 2 * kSoon);
}

}  // namespace freshet::planning
