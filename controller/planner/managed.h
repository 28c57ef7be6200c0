// A Service that another tool manages: whether Freshet may act on it, and what to do where not.
#pragma once

#include <optional>
#include <string>

#include "config/tracked_service.h"
#include "controller/model/observation.h"

namespace freshet {

struct ManagedElsewhere {
  std::string reason;   // "ManagedByFlagger", "ManagedByGitOps"
  std::string message;  // who manages what
  std::string fix;      // what lets Freshet act
};

// Nullopt: no other tool, it is acknowledged, or Freshet writes nothing that the tool has.
std::optional<ManagedElsewhere> managed_elsewhere(const ServiceView& service,
                                                  const RolloutSpec& rules);

}  // namespace freshet
