// What status shows after one pass.
#include "controller/runtime/status.h"

#include <algorithm>

#include "base/text.h"
#include "controller/model/follow_policy.h"
#include "controller/model/same_content.h"
#include "controller/planner/gate_course.h"
#include "controller/runtime/revision_status.h"

namespace freshet {

namespace {

constexpr std::size_t kMaxMessage = 1000;
constexpr std::size_t kMaxConditionMessage = 8000;  // a Role that names every Secret fits

// Whether it counts or not; null while nothing is known.
const ConfirmedDigest* named_digest_of(const FollowedImage& image) {
  if (image.held_back) return &image.held_back->named;
  return image.confirmed ? &*image.confirmed : nullptr;
}

// Behind: a followed tag names a digest that stable does not run, since it was first seen.
std::optional<TimePoint> behind_since(const Observation& observation, const Core& core) {
  std::optional<TimePoint> since;
  if (!core.stable) return since;
  const bool skips_rebuilds = observation.tracked.spec.rollout.same_content == SameContent::kSkip;
  for (const FollowedImage& image : observation.images) {
    const ConfirmedDigest* named = named_digest_of(image);
    if (named == nullptr) continue;
    const auto running = core.stable->pair.digests.find(image.container);
    const bool known = running != core.stable->pair.digests.end();
    if (known && running->second == named->digest) continue;
    if (known && skips_rebuilds && has_same_content(image, named->digest, running->second))
      continue;
    if (!since || named->first_seen < *since) since = named->first_seen;
  }
  return since;
}

VerdictStatus verdict_status(const Verdict& verdict) {
  VerdictStatus out;
  out.kind = to_string(verdict.kind);
  out.sentence = verdict.sentence;
  out.metric = verdict.metric;
  out.evidence_against = verdict.rollback_evidence;
  out.threshold_against = verdict.rollback_threshold;
  for (const auto& [metric, evidence] : verdict.promote_evidence) {
    if (metric == verdict.promote_evidence.begin()->first) out.evidence_for = evidence;
    out.evidence_for = std::min(out.evidence_for, evidence);
  }
  out.threshold_for = verdict.promote_threshold;
  out.canary_requests = verdict.canary.requests;
  out.canary_errors = verdict.canary.errors;
  out.stable_requests = verdict.stable.requests;
  out.stable_errors = verdict.stable.errors;
  out.needed = verdict.needed;
  return out;
}

void set_condition(TrackedServiceStatus& status, const TrackedServiceStatus& before,
                   std::string_view type, bool is_true, std::string reason, std::string message,
                   TimePoint now) {
  Condition condition;
  condition.type = type;
  condition.status = is_true ? "True" : "False";
  condition.reason = std::move(reason);
  condition.message = printable(message, kMaxConditionMessage);
  condition.observed_generation = status.observed_generation;
  condition.last_transition_time = now;
  for (const Condition& old : before.conditions) {
    if (old.type == condition.type && old.status == condition.status) {
      condition.last_transition_time = old.last_transition_time;
    }
  }
  status.conditions.push_back(std::move(condition));
}

void fill_conditions(TrackedServiceStatus& status, const TrackedServiceStatus& before,
                     const Transition& transition, bool progressing, TimePoint now) {
  const Explanation& why = transition.explanation;
  set_condition(status, before, "Ready", why.ready, why.ready ? "AsExpected" : why.not_ready_reason,
                why.ready ? "" : why.message, now);
  set_condition(status, before, "Progressing", progressing, why.reason,
                progressing ? why.message : "", now);
  const bool held = !why.holds.empty();
  set_condition(status, before, "Held", held, held ? why.holds.front().reason : "NotHeld",
                held ? why.holds.front().message : "", now);
  const bool behind = status.behind_since.has_value();
  set_condition(status, before, "UpToDate", !behind, behind ? "Behind" : "Newest",
                behind ? "a newer digest of a followed tag is not serving all requests yet" : "",
                now);
}

// Only where something is to be granted: without it, whatever else there is was used.
void set_pull_secret_condition(TrackedServiceStatus& status, const TrackedServiceStatus& before,
                               const Observation& observation, TimePoint now) {
  for (const FollowedImage& image : observation.images) {
    if (image.no_pull_secret_access.empty()) continue;
    set_condition(status, before, "PullSecretsReadable", false, "NoPullSecretAccess",
                  "Freshet may not read the pull secrets of " + to_string(image.reference) +
                      "; to let it: " + image.no_pull_secret_access,
                  now);
    return;
  }
}

std::vector<HoldStatus> carry_hold_times(std::vector<HoldStatus> holds,
                                         const TrackedServiceStatus& before) {
  for (HoldStatus& hold : holds) {
    for (const HoldStatus& old : before.holds) {
      if (old.owner == hold.owner && old.reason == hold.reason) hold.since = old.since;
    }
  }
  return holds;
}

// A digest that comes back keeps its place: that is how it is known to have come back.
void note_digest(SeenTag& tag, const ConfirmedDigest& named, const std::optional<Digest>& running) {
  constexpr std::size_t kMaxSeen = 8;
  auto& digests = tag.digests;
  tag.names = named.digest.get();
  const auto known = std::ranges::find(digests, tag.names, &SeenDigest::digest);
  if (known != digests.end()) {
    if (named.created) known->created = named.created;
    if (named.origin != ImageOrigin{}) known->origin = named.origin;
    if (!named.content.empty()) known->content = named.content;
    if (!known->pushed) known->pushed = named.pushed;
    // It was read once: a base that is gone since does not take that back.
    if (known->application.content.empty() && named.application != ImageApplication{}) {
      known->application = named.application;
    }
    return;
  }
  digests.insert(digests.begin(), {tag.names, named.first_seen, named.created, named.origin,
                                   named.content, named.pushed, named.application});
  if (digests.size() <= kMaxSeen) return;
  // What is in force, and what runs, stays known.
  const auto last = std::ranges::find_if(digests.rbegin(), digests.rend(), [&](const auto& seen) {
    return seen.digest != tag.confirmed && (!running || seen.digest != running->get());
  });
  digests.erase(std::prev(last.base()));
}

std::vector<SeenTag> seen_tags(const Observation& observation, const TrackedServiceStatus& before) {
  std::vector<SeenTag> tags;
  for (const FollowedImage& image : observation.images) {
    SeenTag tag{followed_name(image.reference, image.follow), {}};
    for (const SeenTag& old : before.tags) {
      if (old.image == tag.image) tag = old;
    }
    if (image.confirmed) tag.confirmed = image.confirmed->digest.get();
    if (const ConfirmedDigest* named = named_digest_of(image))
      note_digest(tag, *named, image.running);
    tags.push_back(std::move(tag));
  }
  return tags;
}

// Of the candidate that is rolled out; what became of it later stands in history.
std::vector<GateStatus> shown_gates(const Memo& memo, const std::optional<Core>& core) {
  const Rollout* rollout = core ? active_rollout(core->phase) : nullptr;
  if (rollout == nullptr || rollout->id != memo.gates.rollout) return {};
  return planning::gate_statuses(memo.gates);
}

template <class Entry>
RejectionStatus rejection_status(const Entry& entry, int times) {
  return {digest_texts(entry.pair.digests), entry.pair.template_hash, entry.why, entry.until,
          times};
}

}  // namespace

TrackedServiceStatus build_status(const Observation& observation, const Transition& transition,
                                  const Notes& notes, const TrackedServiceStatus& before,
                                  TimePoint now) {
  TrackedServiceStatus status;
  status.observed_generation = observation.tracked.generation;
  status.service = observation.tracked.spec.service;
  status.message = printable(transition.explanation.message, kMaxMessage);
  status.reason = transition.explanation.reason;
  bool progressing = false;
  if (transition.core) {
    const Core& core = *transition.core;
    status.phase = phase_name(core.phase);
    status.seq = core.seq;
    status.core = core_to_text(core);
    fill_revisions(status, observation, core, before, notes.memo.history);
    status.percent = candidate_percent(core);
    if (const auto* shifting = std::get_if<Shifting>(&core.phase)) status.step = shifting->step + 1;
    if (notes.memo.seq == core.seq) status.step_since = notes.memo.step_since;
    status.behind_since = behind_since(observation, core);
    for (const Rejection& rejection : core.rejected) {
      status.rejected.push_back(rejection_status(rejection, 0));
    }
    const Rollout* rollout = active_rollout(core.phase);
    progressing = rollout != nullptr;
    const bool is_judged = rollout != nullptr && rollout->candidate.uid &&
                           notes.judged->verdict_of == rollout->candidate.uid;
    if (is_judged && !notes.judged->verdict.sentence.empty()) {
      status.verdict = verdict_status(notes.judged->verdict);
    }
  } else {
    status.phase = "Adopting";
  }
  for (const Deferral& deferral : notes.memo.deferred) {
    status.deferred.push_back(rejection_status(deferral, deferral.times));
  }
  status.evidence = notes_to_text(notes);
  status.gates = shown_gates(notes.memo, transition.core);
  status.holds = carry_hold_times(transition.explanation.holds, before);
  status.commands = command_statuses(notes.memo);
  status.history = notes.memo.history;
  status.tags = seen_tags(observation, before);
  fill_conditions(status, before, transition, progressing, now);
  set_pull_secret_condition(status, before, observation, now);
  return status;
}

}  // namespace freshet
