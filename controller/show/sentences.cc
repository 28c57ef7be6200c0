// The two sentences about a service, and the small texts that they are made of.
#include "controller/show/sentences.h"

#include <algorithm>

#include "base/overloaded.h"
#include "base/text.h"

namespace freshet {
namespace {

bool names_newest(const ServiceDetail& detail, const DigestTexts& digests) {
  for (const SeenTag& tag : detail.status.tags) {
    const SeenDigest* named = named_by(tag);
    if (named == nullptr) continue;
    for (const auto& [container, digest] : digests) {
      if (digest == named->digest) return true;
    }
  }
  return false;
}

// The last one noted that a followed tag names now.
const RejectionStatus* naming_newest(const ServiceDetail& detail,
                                     const std::vector<RejectionStatus>& entries) {
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (detail.status.behind_since && names_newest(detail, entry->digests)) return &*entry;
  }
  return nullptr;
}

std::string next_of_hold(const HoldStatus& hold) {
  if (hold.reason == "NotConfirmed") {
    return hold.until ? "it is looked at again at " + moment_text(*hold.until)
                      : "the next digest of the tag is looked at, or other settings of the check";
  }
  if (hold.reason == "GateInconclusive") {
    return (hold.until ? "it is tried again at " + moment_text(*hold.until)
                       : std::string("it is tried again")) +
           "; promote goes on without it, abort takes the candidate back";
  }
  if (hold.reason == "Paused" && hold.until) return "goes on at " + moment_text(*hold.until);
  if (hold.reason == "Paused") return "resume lets it go on";
  if (hold.reason == "ForeignEdit") {
    return "resume --keep-mine writes Freshet's split again, --keep-theirs ends the rollout";
  }
  if (hold.reason == "Split") return "adopt --to REVISION settles which Revision is stable";
  if (hold.reason == "AwaitingApproval") return "promote lets it go on, abort takes it back";
  if (hold.reason == "Queued") return "it begins when a place is free and its turn has come";
  if (hold.reason == "Wave") return "it begins when the first has succeeded, promote lets it go";
  if (hold.reason == "FailureBudget") {
    return "retry where it failed, promote here, or a newer digest";
  }
  if (hold.reason == "Suspended") return "spec.suspend: false lets it go on";
  return "";
}

std::string next_of_idle(const ServiceDetail& detail) {
  if (const RejectionStatus* deferred = deferral_of_newest(detail)) {
    return "tried again at " + moment_text(deferred->until);
  }
  if (rejection_of_newest(detail) != nullptr) {
    return "a newer digest rolls out by itself, retry lets this one";
  }
  if (detail.status.behind_since) return "the newer digest rolls out";
  return "a new digest or an edit of the template starts a rollout";
}

std::string next_of_shifting(const ServiceDetail& detail, const Shifting& shifting) {
  const std::vector<int>& plan = shifting.rollout.plan;
  const std::size_t next = static_cast<std::size_t>(shifting.step) + 1;
  if (next < plan.size()) {
    return percent_text(plan[next]) + " once this step's evidence allows it";
  }
  if (detail.tracked.spec.rollout.approval == Approval::kBeforePromotion) {
    return "a person is asked to promote it once the evidence allows it";
  }
  return "it bakes for " + format_duration(bake_of(detail)) + " once the evidence allows it";
}

std::string next_of_gating(const ServiceDetail& detail, const Rollout& rollout) {
  const std::string passed = " once every gate has passed";
  if (detail.tracked.spec.rollout.approval == Approval::kBeforeTraffic) {
    return "a person is asked to promote it" + passed;
  }
  return percent_text(rollout.plan.empty() ? 100 : rollout.plan.front()) + " of requests" + passed +
         ", all back to stable once one fails";
}

std::string next_of_preparing(const ServiceDetail& detail, const Rollout& rollout) {
  if (!detail.tracked.spec.gates.empty()) return "its gates are tried once it is Ready";
  if (detail.tracked.spec.rollout.approval == Approval::kBeforeTraffic) {
    return "a person is asked to promote it once it is Ready";
  }
  const int first = rollout.plan.empty() ? 100 : rollout.plan.front();
  return percent_text(first) + " of requests once it is Ready";
}

std::string next_of_baking(const ServiceDetail& detail) {
  const Duration bake = bake_of(detail);
  const std::string when = detail.status.step_since
                               ? "at " + moment_text(*detail.status.step_since + bake)
                               : "after " + format_duration(bake);
  return "all requests " + when + " if nothing speaks against it";
}

std::string next_of_phase(const ServiceDetail& detail) {
  return std::visit(
      overloaded{
          [](const Adopting&) {
            return std::string("its traffic is pinned by name once every check passes");
          },
          [&](const Idle&) { return next_of_idle(detail); },
          [&](const Preparing& p) { return next_of_preparing(detail, p.rollout); },
          [&](const Gating& p) { return next_of_gating(detail, p.rollout); },
          [](const Waiting&) {
            return std::string("promote gives it its first requests, abort takes it back");
          },
          [&](const Shifting& p) { return next_of_shifting(detail, p); },
          [&](const Baking&) { return next_of_baking(detail); },
          [](const Retreating&) {
            return std::string("stable alone, once Knative has programmed it");
          },
      },
      detail.core->phase);
}

}  // namespace

const Rollout* rollout_of(const ServiceDetail& detail) {
  return detail.core ? active_rollout(detail.core->phase) : nullptr;
}

Duration bake_of(const ServiceDetail& detail) {
  const Rollout* rollout = rollout_of(detail);
  const bool new_base = rollout != nullptr && rollout->new_base;
  return rules_of(detail.tracked.spec.rollout, new_base).bake.duration;
}

std::string hold_text(const HoldStatus& hold) {
  return hold.reason == "Paused" ? hold.message : hold.reason + ": " + hold.message;
}

std::string moment_text(TimePoint t) { return format_rfc3339(std::chrono::floor<seconds>(t)); }

std::string percent_text(int percent) { return std::to_string(percent) + " %"; }

std::string step_text(const ServiceDetail& detail) {
  if (!detail.core) return "";
  if (std::holds_alternative<Baking>(detail.core->phase)) return "bake";
  const auto* shifting = std::get_if<Shifting>(&detail.core->phase);
  if (shifting == nullptr) return "";
  return "step " + std::to_string(shifting->step + 1) + " of " +
         std::to_string(shifting->rollout.plan.size()) + ": " +
         percent_text(candidate_percent(*detail.core));
}

const RejectionStatus* rejection_of_newest(const ServiceDetail& detail) {
  return naming_newest(detail, detail.status.rejected);
}

const RejectionStatus* deferral_of_newest(const ServiceDetail& detail) {
  return naming_newest(detail, detail.status.deferred);
}

const Condition* condition(const ServiceDetail& detail, const std::string& type) {
  for (const Condition& one : detail.status.conditions) {
    if (one.type == type) return &one;
  }
  return nullptr;
}

Mood mood_of(const ServiceDetail& detail) {
  if (detail.core && std::holds_alternative<Retreating>(detail.core->phase)) return Mood::kGoing;
  if (!detail.problems.empty()) return Mood::kTrouble;
  if (!detail.status.holds.empty()) return Mood::kHeld;
  const Condition* ready = condition(detail, "Ready");
  if (ready != nullptr && ready->status == "False") return Mood::kTrouble;
  if (detail.core && std::holds_alternative<Idle>(detail.core->phase)) return Mood::kSteady;
  return Mood::kMoving;
}

std::string present_sentence(const ServiceDetail& detail) {
  if (!detail.problems.empty()) return "spec is invalid: " + to_string(detail.problems.front());
  if (detail.status.phase.empty()) {
    return "the controller has not looked at it yet; if this stays, it does not run";
  }
  if (!detail.status.holds.empty()) return hold_text(detail.status.holds.front());
  const bool judged = rollout_of(detail) != nullptr && mood_of(detail) == Mood::kMoving &&
                      !std::holds_alternative<Gating>(detail.core->phase);
  if (judged && detail.status.verdict && !detail.status.verdict->sentence.empty()) {
    return detail.status.verdict->sentence;
  }
  if (mood_of(detail) == Mood::kSteady) {
    if (const RejectionStatus* rejected = rejection_of_newest(detail)) {
      return "the newest digest is rejected: " + rejected->why;
    }
    if (const RejectionStatus* deferred = deferral_of_newest(detail)) {
      return "the newest digest is deferred: " + deferred->why;
    }
  }
  return detail.status.message;
}

std::string next_sentence(const ServiceDetail& detail) {
  if (detail.status.phase.empty()) return "it is looked at as soon as the controller runs";
  if (!detail.problems.empty()) return "nothing is raised until the spec is corrected";
  for (const HoldStatus& hold : detail.status.holds) {
    const std::string next = next_of_hold(hold);
    if (!next.empty()) return next;
  }
  const Condition* ready = condition(detail, "Ready");
  if (ready != nullptr && ready->status == "False") return "goes on by itself once that is mended";
  if (!detail.core) return "its traffic is pinned by name once every check passes";
  return next_of_phase(detail);
}

}  // namespace freshet
