// step(): a checklist. The first check that has an answer gives it.
#include "controller/planner/planner.h"

#include <algorithm>
#include <array>

#include "base/overloaded.h"
#include "controller/model/shadow.h"
#include "controller/planner/adopt.h"
#include "controller/planner/commands.h"
#include "controller/planner/foreign.h"
#include "controller/planner/leaving.h"
#include "controller/planner/phases.h"
#include "controller/planner/recover.h"
#include "controller/planner/retreat.h"
#include "controller/planner/shadow.h"

namespace freshet {
namespace {

using planning::CoreOrigin;
using planning::Decision;
using planning::Pass;

Decision retreat_at_once(Pass& pass) {
  const auto cause = planning::cause_to_retreat(pass);
  if (!cause) return {};
  return planning::begin_retreat(pass, *pass.rollout(), *cause);
}

Decision recover_by_retreat(Pass& pass) { return planning::retreat_to_known_stable(pass); }
Decision leave(Pass& pass) { return planning::leave(pass); }
Decision recover_by_holding(Pass& pass) { return planning::hold_for_repair(pass); }

Decision go_on_without_stable(Pass& pass) { return planning::adopt_what_is_left(pass); }

// Safety first, then people, then the plan.
using Check = Decision (*)(Pass&);
constexpr std::array<Check, 8> kChecks = {
    planning::carry_out_abort, retreat_at_once,
    recover_by_retreat,        leave,
    planning::pin_again,       planning::carry_out_commands,
    recover_by_holding,        go_on_without_stable,
};

Transition by_phase(const Pass& pass) {
  return std::visit(overloaded{
                        [&](const Adopting&) { return planning::adopting(pass); },
                        [&](const Idle&) { return planning::idle(pass); },
                        [&](const Preparing& p) { return planning::preparing(pass, p); },
                        [&](const Gating& p) { return planning::gating(pass, p); },
                        [&](const Waiting& p) { return planning::waiting(pass, p); },
                        [&](const Shifting& p) { return planning::shifting(pass, p); },
                        [&](const Baking& p) { return planning::baking(pass, p); },
                        [&](const Retreating& p) { return planning::retreating(pass, p); },
                    },
                    pass.core.phase);
}

// The finalizer stands exactly while traffic is pinned by us.
void settle_finalizer(const Pass& pass, Transition& transition) {
  const auto& tracked = pass.seen.tracked;
  if (tracked.deleting) return;  // leave() decides
  const bool has = std::ranges::find(tracked.finalizers, kFinalizer) != tracked.finalizers.end();
  const bool pins = transition.write && transition.write->core &&
                    !std::holds_alternative<Adopting>(transition.write->core->phase);
  const bool pinned = pins || (pass.origin == CoreOrigin::kOurs && pass.core.stable.has_value());
  if (pinned && !has) transition.finalizer = FinalizerChange::kAdd;
  if (!pins && has && pass.origin == CoreOrigin::kNone) {
    transition.finalizer = FinalizerChange::kRemove;
  }
}

Transition in_shadow(Pass& pass) {
  planning::refuse_commands(pass, "rollout.writeMode is Shadow: nothing is written");
  Transition out = planning::shadow(pass);
  const auto& finalizers = pass.seen.tracked.finalizers;
  const bool has = std::ranges::find(finalizers, kFinalizer) != finalizers.end();
  if (has) out.finalizer = FinalizerChange::kRemove;
  return out;
}

Transition decide(Pass& pass) {
  for (const Check check : kChecks) {
    if (auto decision = check(pass)) return *std::move(decision);
  }
  return by_phase(pass);
}

}  // namespace

Transition step(const Observation& observation, TimePoint now) {
  if (!observation.service || observation.service->deleting) {
    return planning::service_gone(observation);
  }
  Pass pass = planning::open_pass(observation, now);
  if (is_shadow(pass.spec(), pass.service)) return in_shadow(pass);
  Transition out = decide(pass);
  settle_finalizer(pass, out);
  return out;
}

void refuse_commands(const Observation& observation, TimePoint now, const std::string& why,
                     Transition& refused) {
  if (!observation.service) return;
  Pass pass = planning::open_pass(observation, now);
  planning::refuse_commands(pass, why);
  refused.memo.answers = std::move(pass.memo.answers);
  refused.facts = std::move(pass.facts);
  refused.remove_annotations = std::move(pass.remove_annotations);
}

}  // namespace freshet
