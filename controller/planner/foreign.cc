// Percents that someone else set: a person's are respected, those of a file applied again are not.
#include "controller/planner/foreign.h"

#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/holds.h"
#include "controller/planner/look.h"
#include "controller/planner/managed.h"
#include "controller/planner/traffic_intent.h"

namespace freshet::planning {
namespace {

bool follows_latest_alone(const Traffic& traffic) {
  const Traffic shares = serving(traffic);
  return shares.size() == 1 && !shares.front().revision;
}

// The state to go back to: our own, or of what was lost the stable that status remembers. From
// there what the template asks for begins anew.
std::optional<Core> core_to_keep(const Pass& pass) {
  if (pass.origin == CoreOrigin::kOurs && pass.core.stable) return pass.core;
  const bool lost = pass.origin == CoreOrigin::kLost || pass.origin == CoreOrigin::kDamaged;
  const auto& mirror = pass.seen.mirror;
  if (!lost || !mirror || mirror->service != pass.service.uid || !mirror->stable) return {};
  Core core = enter(pass.core, Idle{}, pass.now);
  core.stable = mirror->stable;
  return core;
}

}  // namespace

Decision pin_again(Pass& pass) {
  if (!follows_latest_alone(pass.service.traffic) || pass.spec().suspend) return {};
  if (managed_elsewhere(pass.service, pass.rules())) return {};
  auto kept = core_to_keep(pass);
  if (!kept || !is_ready(find_revision(pass.seen, kept->stable->name, kept->stable->uid))) {
    return {};
  }
  const std::string back = to_string(serving(own_entries(*kept, pass.tag())));
  return write(
      pass, {*std::move(kept), true, KeepTemplate{}, true, "pin again"},
      warning("PinnedAgain",
              "spec.traffic asked for latestRevision 100 %, as a file does that is applied "
              "again; it is put back to " +
                  back));
}

Decision hold_for_foreign_edit(const Pass& pass) {
  if (!is_foreign_edit(pass)) return {};
  Pass waits = pass;
  waits.memo.step_since.reset();  // evidence of another split is none for this step
  alert_once(waits,
             warning("ForeignEdit", "spec.traffic was changed to " +
                                        to_string(pass.service.traffic) + "; the rollout is held"));
  const std::string message = "spec.traffic is " + to_string(serving(pass.service.traffic)) +
                              " instead of " +
                              to_string(serving(own_entries(pass.core, pass.tag())));
  const HoldStatus hold{"freshet", "ForeignEdit", message, *waits.memo.waiting_since, std::nullopt};
  Explanation out = held(waits, {hold});
  out.next = "resume --keep-mine goes on with the plan, resume --keep-theirs ends the rollout";
  return wait(std::move(waits), std::move(out));
}

}  // namespace freshet::planning
