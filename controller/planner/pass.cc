// Opening a pass: which core is in force, and what the clocks show.
#include "controller/planner/pass.h"

#include <algorithm>

#include "base/overloaded.h"
#include "base/relapse.h"
#include "base/text.h"
#include "controller/model/shadow.h"
#include "controller/planner/gate_course.h"
#include "controller/planner/ledger.h"
#include "controller/planner/look.h"
#include "controller/planner/waits.h"

namespace freshet::planning {
namespace {

constexpr std::int64_t kUntold = 100;  // writes that status may not have been told of

// What read_core promises of a core, checked again where the core came another way (the mirror).
bool is_whole(const Core& core) {
  if (std::holds_alternative<Adopting>(core.phase)) return true;
  if (!core.stable) return false;
  const Rollout* rollout = active_rollout(core.phase);
  if (rollout == nullptr) return true;
  if (rollout->plan.empty()) return false;
  const bool known = rollout->candidate.name && rollout->candidate.uid;
  return std::visit(
      overloaded{
          [](const Adopting&) { return true; },
          [](const Idle&) { return true; },
          [](const Preparing&) { return true; },
          [&](const Gating&) { return known; },
          [&](const Waiting&) { return known; },
          [&](const Shifting& p) {
            return known && p.step >= 0 && static_cast<std::size_t>(p.step) < p.rollout.plan.size();
          },
          [&](const Baking& p) { return known && p.holdback >= 1 && p.holdback <= 99; },
          [](const Retreating&) { return true; },
      },
      core.phase);
}

// Adopted afresh, but nothing that was settled is forgotten: rejections, commands carried out, the
// sequence.
Core afresh(const Pass& pass, const std::optional<Core>& mirror) {
  Core core = mirror.value_or(Core{});
  if (mirror) core.seq += kUntold;
  core.service = owner_of_core(pass.spec(), pass.service);
  core.phase = Adopting{};
  core.stable.reset();
  return core;
}

std::optional<Core> usable_mirror(const Pass& pass) {
  const auto& mirror = pass.seen.mirror;
  if (!mirror || mirror->service != owner_of_core(pass.spec(), pass.service)) return std::nullopt;
  return mirror;
}

void resolve_core(Pass& pass) {
  const auto mirror = usable_mirror(pass);
  const bool mirror_knows = mirror && mirror->stable;
  const auto none = [&] {
    pass.origin = mirror_knows ? CoreOrigin::kLost : CoreOrigin::kNone;
    pass.core = afresh(pass, mirror_knows ? mirror : std::nullopt);
  };
  std::visit(overloaded{
                 [&](const NoCore&) { none(); },
                 [&](const Core& core) {
                   if (core.service != owner_of_core(pass.spec(), pass.service)) return none();
                   const bool usable = is_whole(core) && !is_older_than_mirror(pass);
                   pass.origin = usable ? CoreOrigin::kOurs : CoreOrigin::kDamaged;
                   pass.core = usable ? core : afresh(pass, mirror);
                 },
                 [&](const DamagedCore& damaged) {
                   if (damaged.service && *damaged.service != pass.service.uid) return none();
                   pass.origin = damaged.newer_version ? CoreOrigin::kNewer : CoreOrigin::kDamaged;
                   pass.core = afresh(pass, mirror);
                 },
             },
             pass.seen.core);
}

bool has_step_clock(const Phase& phase) {
  return std::holds_alternative<Shifting>(phase) || std::holds_alternative<Baking>(phase);
}

// Ready=False is an observation about a Revision whose uid is stored; Unknown is neither.
// In Preparing it begins unready, and may lose what it had come to while a hold keeps it there.
void settle_unready_clock(Pass& pass, bool is_new_phase) {
  std::optional<TimePoint>& since = pass.memo.candidate_unready_since;
  const Rollout* rollout = pass.rollout();
  const bool prepares = std::holds_alternative<Preparing>(pass.core.phase);
  if (rollout == nullptr || (!rollout->candidate.uid && !prepares)) return since.reset();
  const RevisionView* candidate = candidate_view(pass, *rollout);
  const bool unready = prepares ? !is_ready(candidate)
                                : candidate == nullptr || candidate->ready.status == Tri::kFalse;
  if (!unready) return since.reset();
  if (!since) since = prepares && is_new_phase ? pass.core.since : pass.now;
}

// Where this policy asks for approval, and the rollout has come to it.
bool wants_approval(const Policy& policy, const Phase& phase) {
  if (policy.approval == Approval::kBeforeTraffic) {
    return std::holds_alternative<Preparing>(phase) || std::holds_alternative<Gating>(phase) ||
           std::holds_alternative<Waiting>(phase);
  }
  const auto* shifting = std::get_if<Shifting>(&phase);
  return policy.approval == Approval::kBeforePromotion && shifting != nullptr &&
         static_cast<std::size_t>(shifting->step) + 1 == shifting->rollout.plan.size();
}

void add_approval_holds(const Pass& pass, Permission& permission) {
  const Rollout* rollout = pass.rollout();
  if (rollout == nullptr || find_approval(pass, *rollout) != nullptr) return;
  for (const Policy& policy : pass.seen.policies) {
    if (!wants_approval(policy, pass.core.phase)) continue;
    const std::string& owner = policy.owner.empty() ? policy.title : policy.owner;
    permission.holds.push_back({owner, std::string(kApprovalHold),
                                policy.title + " asks for a RolloutApproval of rollout " +
                                    rollout->id + " (freshet approve)" +
                                    (policy.reason.empty() ? "" : ": " + printable(policy.reason)),
                                pass.now, std::nullopt});
  }
}

Permission permission_of(const Pass& pass) {
  const Observation& seen = pass.seen;
  if (relapsed(Relapse::kPolicies)) return {};
  const auto not_known = [&](std::string_view reason, const std::string& why) {
    return Permission{{{"freshet", std::string(reason), why, pass.now, {}}}, std::nullopt};
  };
  if (!seen.policies_unknown.empty()) return not_known(kUnknownPoliciesHold, seen.policies_unknown);
  if (!seen.unheard.empty()) return not_known(kUnheardHold, seen.unheard);
  Permission out = permission(seen.policies, seen.image_created, pass.now);
  add_approval_holds(pass, out);
  return out;
}

// Time that policies hold a rollout is counted as a person's wait is.
void settle_closed_clock(Pass& pass) {
  Memo& memo = pass.memo;
  if (pass.rollout() == nullptr) {
    memo.closed_since.reset();
    memo.closed_for = Duration{0};
    return;
  }
  if (!pass.permission.may()) {
    if (!memo.closed_since) memo.closed_since = pass.now;
    return;
  }
  end_wait(pass.core, pass.now, memo, &Memo::closed_since);
}

void settle_clocks(Pass& pass) {
  Memo& memo = pass.memo;
  const bool is_new_phase = memo.seq != pass.core.seq;
  if (is_new_phase && !relapsed(Relapse::kCrashBetweenWrites)) {
    memo.seq = pass.core.seq;
    memo.step_since.reset();
    memo.blind_since.reset();
    memo.waiting_since.reset();
    memo.candidate_unready_since.reset();
    memo.closed_since.reset();
    memo.closed_for = Duration{0};
  }
  const auto& stable = pass.core.stable;
  if (stable && memo.downgrade_allowed == stable->pair.digests) memo.downgrade_allowed.reset();
  pass.step_clock = memo.step_since;
  if (has_step_clock(pass.core.phase) && !memo.step_since && is_programmed(pass)) {
    memo.step_since = pass.now;
  }
  settle_unready_clock(pass, is_new_phase);
  settle_closed_clock(pass);
  const bool blind = is_held_for(pass, AnalysisHold::kStaleMetrics);
  if (!blind) memo.blind_since.reset();
  if (blind && !memo.blind_since) memo.blind_since = pass.now;
}

// A change of the followed set is no change of what stable runs: its pair is read again. Not the
// hash of its template: people may label a Revision.
void follow_the_present_set(Pass& pass) {
  if (!std::holds_alternative<Idle>(pass.core.phase)) return;
  if (relapsed(Relapse::kRegistryBaseline)) return;
  const RevisionView* stable = stable_view(pass);
  if (stable == nullptr) return;
  Pair& pair = pass.core.stable->pair;
  const Pair read = pair_of(pass, followed_digests(pass, *stable).value_or(pair.digests), *stable);
  pair.digests = read.digests;
  pair.others = read.others;
}

}  // namespace

// The core is written before its mirror: one with a lower sequence was put back by someone (a saved
// object, a backup), and knows nothing of what was rejected since.
bool is_older_than_mirror(const Pass& pass) {
  const auto* core = std::get_if<Core>(&pass.seen.core);
  const auto mirror = usable_mirror(pass);
  return core != nullptr && mirror && mirror->seq > core->seq;
}

Pass open_pass(const Observation& observation, TimePoint now) {
  Pass pass{observation, *observation.service, now, CoreOrigin::kNone, {}, observation.memo, {}, {},
            {}};
  resolve_core(pass);
  follow_the_present_set(pass);
  const Rollout* rollout = pass.rollout();
  if (rollout != nullptr && rollout->new_base) pass.shorter = rules_of(pass.rules(), true);
  pass.permission = permission_of(pass);
  settle_clocks(pass);
  settle_gates(pass);
  remember_promotion(pass);
  return pass;
}

}  // namespace freshet::planning
