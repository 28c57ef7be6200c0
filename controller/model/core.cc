// What a core says about itself: names of phases and causes, and the percent it asks for.
#include "controller/model/core.h"

#include "base/overloaded.h"

namespace freshet {

std::string_view phase_name(const Phase& phase) {
  return std::visit(overloaded{
                        [](const Adopting&) { return "Adopting"; },
                        [](const Idle&) { return "Idle"; },
                        [](const Preparing&) { return "Preparing"; },
                        [](const Gating&) { return "Gating"; },
                        [](const Waiting&) { return "Waiting"; },
                        [](const Shifting&) { return "Shifting"; },
                        [](const Baking&) { return "Baking"; },
                        [](const Retreating&) { return "Retreating"; },
                    },
                    phase);
}

const Rollout* active_rollout(const Phase& phase) {
  using Found = const Rollout*;
  return std::visit(overloaded{
                        [](const Adopting&) -> Found { return nullptr; },
                        [](const Idle&) -> Found { return nullptr; },
                        [](const Preparing& p) -> Found { return &p.rollout; },
                        [](const Gating& p) -> Found { return &p.rollout; },
                        [](const Waiting& p) -> Found { return &p.rollout; },
                        [](const Shifting& p) -> Found { return &p.rollout; },
                        [](const Baking& p) -> Found { return &p.rollout; },
                        [](const Retreating& p) -> Found { return &p.rollout; },
                    },
                    phase);
}

std::string_view to_string(RetreatWhy why) {
  switch (why) {
    case RetreatWhy::kVerdict: return "Verdict";
    case RetreatWhy::kNotReady: return "NotReady";
    case RetreatWhy::kCrashed: return "Crashed";
    case RetreatWhy::kUnready: return "Unready";
    case RetreatWhy::kWithdrawn: return "Withdrawn";
    case RetreatWhy::kSuperseded: return "Superseded";
    case RetreatWhy::kAborted: return "Aborted";
    case RetreatWhy::kDeadline: return "Deadline";
    case RetreatWhy::kLeaving: return "Leaving";
    case RetreatWhy::kLostCore: return "LostCore";
    case RetreatWhy::kDigestMismatch: return "DigestMismatch";
    case RetreatWhy::kRolledBackTo: return "RolledBackTo";
    case RetreatWhy::kGateFailed: return "GateFailed";
  }
  return "Aborted";
}

int candidate_percent(const Core& core) {
  return std::visit(
      overloaded{
          [](const Adopting&) { return 0; },
          [](const Idle&) { return 0; },
          [](const Preparing&) { return 0; },
          [](const Gating&) { return 0; },
          [](const Waiting&) { return 0; },
          [](const Shifting& p) { return p.rollout.plan.at(static_cast<std::size_t>(p.step)); },
          [](const Baking& p) { return 100 - p.holdback; },
          [](const Retreating&) { return 0; },
      },
      core.phase);
}

}  // namespace freshet
