// Which of two plans a rollout goes by.
#include "config/tracked_service.h"

namespace freshet {

RolloutSpec rules_of(const RolloutSpec& rollout, bool new_base) {
  RolloutSpec out = rollout;
  if (!new_base || !rollout.new_base) return out;
  const NewBaseSpec& shorter = *rollout.new_base;
  out.steps = shorter.steps.value_or(out.steps);
  out.minimum_step = shorter.minimum_step.value_or(out.minimum_step);
  out.bake.duration = shorter.bake.duration.value_or(out.bake.duration);
  return out;
}

}  // namespace freshet
