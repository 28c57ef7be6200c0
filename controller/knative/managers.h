// Managers: other tools that own a Knative Service, or a part of it.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace freshet {

struct Managers {
  std::vector<std::string> names;  // "Flagger", "Argo CD", "Flux"
  bool own_traffic = false;        // one of them manages spec.traffic too
};

// By annotations and labels the tools leave, and by managedFields.
Managers find_managers(const Json& service);

}  // namespace freshet
