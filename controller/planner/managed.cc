// What is refused beside another tool.
#include "controller/planner/managed.h"

#include <algorithm>

#include "base/text.h"

namespace freshet {

std::optional<ManagedElsewhere> managed_elsewhere(const ServiceView& service,
                                                  const RolloutSpec& rules) {
  if (rules.write_mode == WriteMode::kShadow) return {};
  const auto& managers = service.other_managers;
  if (std::ranges::find(managers, "Flagger") != managers.end()) {
    return ManagedElsewhere{"ManagedByFlagger",
                            "Flagger manages this Service and replaces its traffic",
                            "take it out of Flagger first"};
  }
  if (managers.empty() || rules.allow_overwrite) return {};
  const std::string names = join(managers, " and ");
  if (service.managed_traffic_elsewhere) {
    return ManagedElsewhere{
        "ManagedByGitOps",
        names + " manages this Service and its spec.traffic, and would undo what Freshet writes",
        "take spec.traffic out of what it applies and set rollout.writeMode: TrafficOnly; or let "
        "it "
        "ignore spec.template and spec.traffic and set rollout.allowOverwrite: true"};
  }
  if (rules.write_mode == WriteMode::kTrafficOnly) return {};
  return ManagedElsewhere{
      "ManagedByGitOps", names + " manages this Service and would undo what Freshet writes",
      "set rollout.writeMode: TrafficOnly, which leaves spec.template to it; or let it ignore "
      "spec.template and spec.traffic and set rollout.allowOverwrite: true"};
}

}  // namespace freshet
