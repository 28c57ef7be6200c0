// The Route's first act: resolving every target. One that cannot be resolved stops all of them, and
// what was programmed before stays.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <variant>

#include "base/json.h"
#include "controller/sandbox/knative_state.h"

namespace freshet::sandbox {

struct RouteProblem {
  Tri status = Tri::kFalse;
  std::string reason;  // RevisionMissing, RevisionNotOwned
  std::string message;
  bool operator==(const RouteProblem&) const = default;
};

// `owner_of_other`: which other Service a Revision belongs to that is not among the state's own; ""
// where there is no such Revision.
std::variant<RouteTargets, RouteProblem> resolve_route(
    const std::string& service, const Json& traffic, const ServiceState& state,
    const std::function<std::string(const std::string&)>& owner_of_other);

// Shares by Revision, entries of one Revision merged; only those above 0.
std::map<std::string, int> shares(const RouteTargets& targets);

}  // namespace freshet::sandbox
