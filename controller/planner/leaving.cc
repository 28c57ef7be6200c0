// Leaving: what was found at adoption is given back where it is safe, else traffic stays pinned.
#include "controller/planner/leaving.h"

#include <algorithm>

#include "base/relapse.h"
#include "base/text.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/look.h"
#include "controller/planner/retreat.h"
#include "controller/planner/traffic_intent.h"

namespace freshet::planning {
namespace {

constexpr Duration kWaitForRevert = minutes(1);

bool has_finalizer(const Observation& seen) {
  return std::ranges::find(seen.tracked.finalizers, kFinalizer) != seen.tracked.finalizers.end();
}

// latestReady runs what stable runs: to follow it changes nothing for users.
bool latest_is_stables_pair(const Pass& pass) {
  if (!pass.service.latest_ready) return false;
  const RevisionView* latest = find_revision(pass.seen, *pass.service.latest_ready);
  if (!is_ready(latest)) return false;
  const auto digests = followed_digests(pass, *latest);
  return digests && pair_of(pass, *digests, *latest) == pass.core.stable->pair;
}

// After a template revert Knative makes a Revision of stable's pair; it is waited for a moment.
// Generation and latestCreated do not tell: they are those of before until its next look.
bool revert_is_on_its_way(const Pass& pass) {
  if (pass.now - pass.core.since >= kWaitForRevert) return false;
  return present_pair(pass) == pass.core.stable->pair && !latest_is_stables_pair(pass);
}

std::string what_comes_next(const Pass& pass) {
  return pass.seen.tracked.deleting ? "the TrackedService goes"
                                    : "then it is watched (rollout.writeMode: Shadow)";
}

Transition let_go(const Pass& pass) {
  Transition out =
      wait(pass, not_ready("Leaving", "the Service is left as it is", what_comes_next(pass)));
  out.core.reset();
  if (has_finalizer(pass.seen)) out.finalizer = FinalizerChange::kRemove;
  return out;
}

// What serves is not ours to change.
Transition take_annotation_off(const Pass& pass) {
  Transition out = let_go(pass);
  out.finalizer = FinalizerChange::kKeep;
  out.write = ServiceWrite{std::nullopt, KeepTemplate{}, std::nullopt, false, "leave"};
  return out;
}

// The last write: our annotation goes, and with it the pin where that is safe.
Transition hand_back(const Pass& pass) {
  const bool edited = is_foreign_edit(pass);
  const bool follow = !edited && pass.core.adopted_latest_revision && latest_is_stables_pair(pass);
  Core restored = pass.core;  // parked entries are put back with the traffic
  std::string message =
      "the Service is left as it is; its traffic stays pinned to " + pass.core.stable->name.get();
  if (edited) message = "the Service is left with the traffic that a person set";
  ServiceWrite last;
  if (!edited) last.traffic = traffic_to_write(pass, restored);
  if (follow) {
    last.traffic->front() = TrafficTarget{{}, true, Percent::clamp(100), {}};
    message = "the Service follows latestRevision again, as it did before adoption";
  }
  if (!edited && !restored.parked.empty()) {
    message += "; " + to_string(restored.parked) +
               " stays out of it: what it names is not Ready, and nothing would be programmed";
  }
  last.why = "leave";
  Transition out = wait(pass, not_ready("Leaving", message, what_comes_next(pass)));
  out.core.reset();
  out.write = std::move(last);
  out.facts.push_back(fact("Left", message));
  out.wake_at = pass.now + kSoon;
  return out;
}

}  // namespace

Transition service_gone(const Observation& observation) {
  Transition out;
  out.memo = observation.memo;
  const std::string name = observation.tracked.spec.service;
  out.explanation = not_ready(
      "ServiceNotFound",
      observation.service ? "Service " + name + " is being deleted" : "there is no Service " + name,
      "Freshet never makes one; it is looked for again");
  if (has_finalizer(observation)) out.finalizer = FinalizerChange::kRemove;
  return out;
}

Decision leave(const Pass& pass) {
  const bool hands_over = pass.rules().write_mode == WriteMode::kShadow;
  const bool deleted = pass.seen.tracked.deleting && !relapsed(Relapse::kDeletion);
  if (!deleted && !hands_over) return {};
  const bool another_stands = hands_over && !deleted && pass.origin == CoreOrigin::kNone;
  if (another_stands) return take_annotation_off(pass);  // of another Service: a clone, a restore
  if (pass.origin == CoreOrigin::kNone || pass.origin == CoreOrigin::kLost) return let_go(pass);
  if (pass.origin != CoreOrigin::kOurs || std::holds_alternative<Adopting>(pass.core.phase)) {
    return take_annotation_off(pass);
  }
  if (std::holds_alternative<Retreating>(pass.core.phase)) return {};
  if (const Rollout* rollout = pass.rollout()) {
    return begin_retreat(
        pass, *rollout,
        {RetreatWhy::kLeaving, deleted ? "tracking ends" : "rollout.writeMode is Shadow now"});
  }
  if (pass.core.adopted_latest_revision && revert_is_on_its_way(pass)) {
    return wait(pass,
                not_ready("Leaving",
                          "waiting for Knative to make the Revision of stable's "
                          "template",
                          "then the traffic mode found at adoption is restored"),
                pass.now + kSoon);
  }
  return hand_back(pass);
}

}  // namespace freshet::planning
