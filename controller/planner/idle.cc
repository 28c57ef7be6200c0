// Idle: stable has all requests. A new pair starts a rollout, anything else is told and left alone.
#include <algorithm>

#include "base/text.h"
#include "controller/model/same_content.h"
#include "controller/planner/adopt.h"
#include "controller/planner/decide.h"
#include "controller/planner/downgrade.h"
#include "controller/planner/explain.h"
#include "controller/planner/holds.h"
#include "controller/planner/look.h"
#include "controller/planner/managed.h"
#include "controller/planner/parking.h"
#include "controller/planner/phases.h"
#include "controller/planner/raise.h"
#include "controller/planner/target.h"
#include "controller/planner/turn.h"

namespace freshet::planning {
namespace {

// Percents that a person set while nothing is rolled out are theirs to set: adopted as found.
Decision adopt_what_a_person_set(const Pass& pass) {
  if (!is_foreign_edit(pass)) return {};
  Pass found = pass;
  found.core.phase = Adopting{};
  return adopt_as_found(found);
}

// Users meet another split than was written, as a person's own entry stops the Route: they go
// first.
bool meets_another_split(const Pass& pass) {
  return !serves_as_asked(pass) && is_ready(stable_view(pass)) &&
         !managed_elsewhere(pass.service, pass.rules());
}

Decision unblock_the_route(const Pass& pass) {
  if (!meets_another_split(pass)) return {};
  return park_what_blocks(pass, pass.core.since + kParkAfter,
                          pass.core.stable->name.get() + " 100 %");
}

// When that is to be looked at again.
std::optional<TimePoint> unblocks_at(const Pass& pass) {
  if (!meets_another_split(pass)) return {};
  return std::max(pass.core.since + kParkAfter, pass.now + kSoon);
}

Explanation barred_text(const Pass& pass, const Barred& barred) {
  const std::string pair = image_text(barred.pair);
  if (barred.rejected) {
    const bool left = barred.of_template && !reverts_template(pass);
    return held(pass, {own_hold(pass, left ? "TemplateRejected" : "Rejected",
                                pair + " was rejected: " + barred.why +
                                    "; retry takes that back, "
                                    "until " +
                                    format_rfc3339(barred.until))});
  }
  Explanation out = describe(pass, pass.core);
  out.reason = "Deferred";
  out.message += "; " + pair + " was deferred: " + barred.why;
  out.next = "it is tried again at " + at_text(barred.until) + ", a newer digest at once";
  return out;
}

// The registry has what the template's owner has not taken yet.
std::string not_taken_note(const Pass& pass) {
  if (writes_template(pass)) return "";
  const auto digests = confirmed_digests(pass);
  const auto present = present_pair(pass);
  if (!digests || !present || *digests == present->digests) return "";
  return "; the followed tags name " + to_string(*digests) +
         ", which whoever writes the template has not taken (writeMode: TrafficOnly)";
}

// The digest is another, and nothing in it that runs.
std::string rebuild_note(const Pass& pass, const FollowedImage& image) {
  const auto& running = image.running;
  if (pass.rules().same_content != SameContent::kSkip || !running || !image.confirmed) return "";
  const Digest& named = image.confirmed->digest;
  if (!has_same_content(image, named, *running)) return "";
  return "; " + to_string(image.reference) + " names " + named.short_form() +
         ", a rebuild with the layers and configuration of stable: nothing to roll out";
}

std::string registry_notes(const Pass& pass) {
  std::string out = not_taken_note(pass);
  for (const FollowedImage& image : pass.seen.images) {
    const std::string name = to_string(image.reference);
    out += rebuild_note(pass, image);
    if (image.not_found_streak >= kGoneAfterChecks) {
      out += "; the registry has no " + name + " any more";
    } else if (!image.error.empty()) {
      out += "; " + name + ": " + printable(image.error);
    }
  }
  if (!pass.seen.image_problem.empty()) out += "; " + printable(pass.seen.image_problem);
  return out;
}

void mark_invalid_spec(const Pass& pass, Explanation& out) {
  if (!pass.seen.spec_invalid) return;
  out.ready = false;
  out.not_ready_reason = "InvalidSpec";
}

// Just after our own write Knative has not looked yet: that is no news.
void tell_unresolved(const Pass& pass, Explanation& out, std::optional<TimePoint>& wake) {
  const TimePoint patience = pass.core.since + kSoon;
  if (pass.now < patience) {
    wake = earliest(wake, patience);
  } else {
    out.message += "; Knative has not resolved the present template's images yet";
  }
}

// Once, when the tag comes to name it.
void tell_rebuilds(Pass& pass) {
  for (const FollowedImage& image : pass.seen.images) {
    const std::string note = rebuild_note(pass, image);
    if (note.empty() || image.before.confirmed == image.confirmed->digest.get()) continue;
    pass.facts.push_back(fact("SameContent", note.substr(2)));
  }
}

Transition rest(Pass pass, const Targets& targets) {
  tell_rebuilds(pass);
  auto holds = standing_holds(pass);
  std::optional<TimePoint> wake = add_unprogrammed(pass, holds);
  for (const FollowedImage& image : pass.seen.images) {
    if (!image.held_back) continue;
    holds.push_back(own_hold(pass, "NotConfirmed", image.held_back->sentence));
    holds.back().until = image.held_back->until;
  }
  if (!targets.downgrade.empty()) holds.push_back(downgrade_hold(pass, targets.downgrade));
  Explanation out = held(pass, holds);
  wake = earliest(earliest(wake, unblocks_at(pass)), first_expiry(holds));
  if (targets.barred) {
    if (holds.empty()) out = barred_text(pass, *targets.barred);
    wake = earliest(wake, targets.barred->until);
  } else if (!targets.template_known) {
    tell_unresolved(pass, out, wake);
  }
  out.message += registry_notes(pass);
  mark_invalid_spec(pass, out);
  return wait(pass, std::move(out), wake);
}

Transition hold_start(const Pass& pass, const Target& target, std::vector<HoldStatus> holds) {
  const auto wake = earliest(unblocks_at(pass), first_expiry(holds));
  Explanation out = held(pass, std::move(holds));
  out.next = "then a rollout of " + image_text(target.pair) + " starts";
  mark_invalid_spec(pass, out);
  return wait(pass, std::move(out), wake);
}

Transition hold_for_others(const Pass& pass, const Target& target) {
  const auto& [reason, sentence] = *pass.seen.others_first;
  Pass told = pass;
  if (reason == kFailureBudgetHold) {
    alert_once(told, warning("WaveStopped", sentence));
  } else {
    told.memo.waiting_since.reset();
  }
  return hold_start(told, target, {own_hold(pass, reason, sentence)});
}

}  // namespace

Transition idle(const Pass& pass) {
  if (auto adopted = adopt_what_a_person_set(pass)) return *adopted;
  if (auto put_back = put_back_what_was_parked(pass)) return *put_back;
  if (auto parked = unblock_the_route(pass)) return *parked;
  const Targets targets = find_targets(pass);
  if (!targets.start) return rest(pass, targets);
  auto holds = starting_holds(pass);
  if (holds.empty() && pass.seen.others_first) return hold_for_others(pass, *targets.start);
  if (!holds.empty()) return hold_start(pass, *targets.start, std::move(holds));
  return begin_rollout(pass, *targets.start);
}

}  // namespace freshet::planning
