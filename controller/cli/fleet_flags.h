// Flags that say how many rollouts run at once, and who goes first.
#pragma once

#include <string>

#include "base/result.h"
#include "controller/runtime/fleet.h"

namespace CLI {
class App;
}

namespace freshet {

struct FleetFlags {
  FleetLimits limits;
  std::string wave_by = "repository";
  std::string wave_patience = "6h";
};
void add_fleet_flags(CLI::App& command, FleetFlags& flags);
Result<FleetLimits> fleet_limits(const FleetFlags& flags);

}  // namespace freshet
