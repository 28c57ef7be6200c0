// Percents that someone else set while a rollout is active: respected until a person decides.
#include "controller/planner/foreign.h"

#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/look.h"
#include "controller/planner/traffic_intent.h"

namespace freshet::planning {

Decision hold_for_foreign_edit(const Pass& pass) {
  if (!is_foreign_edit(pass)) return {};
  Pass waits = pass;
  waits.memo.step_since.reset();  // evidence of another split is none for this step
  alert_once(waits,
             warning("ForeignEdit", "spec.traffic was changed to " +
                                        to_string(pass.service.traffic) + "; the rollout is held"));
  const std::string message = "spec.traffic is " + to_string(serving(pass.service.traffic)) +
                              " instead of " +
                              to_string(serving(own_entries(pass.core, pass.rules().tag)));
  const HoldStatus hold{"freshet", "ForeignEdit", message, *waits.memo.waiting_since, std::nullopt};
  Explanation out = held(waits, {hold});
  out.next = "resume --keep-mine goes on with the plan, resume --keep-theirs ends the rollout";
  return wait(std::move(waits), std::move(out));
}

}  // namespace freshet::planning
