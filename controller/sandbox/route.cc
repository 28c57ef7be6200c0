// Resolving the targets of a Route.
#include "controller/sandbox/route.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

namespace freshet::sandbox {
namespace {

std::optional<RouteProblem> problem_of_latest(const std::string& service,
                                              const ServiceState& state) {
  if (!state.latest_ready.empty()) return std::nullopt;
  if (state.configurations.status == Tri::kFalse) {
    return RouteProblem{
        Tri::kFalse, "RevisionMissing",
        fmt::format("Configuration \"{}\" does not have any ready Revision.", service)};
  }
  return RouteProblem{
      Tri::kUnknown, "RevisionMissing",
      fmt::format("Configuration \"{}\" is waiting for a Revision to become ready.", service)};
}

}  // namespace

std::variant<RouteTargets, RouteProblem> resolve_route(
    const std::string& service, const Json& traffic, const ServiceState& state,
    const std::function<std::string(const std::string&)>& owner_of_other) {
  RouteTargets targets;
  for (const Json& entry : traffic) {
    RouteTarget target{string_or(entry, "revisionName"), false,
                       static_cast<int>(int_or(entry, "percent", 0)), string_or(entry, "tag")};
    target.is_latest = target.revision.empty();
    if (target.is_latest) {
      if (auto problem = problem_of_latest(service, state)) return *std::move(problem);
      target.revision = state.latest_ready;  // whether it still is: nobody asks
      targets.push_back(std::move(target));
      continue;
    }
    const auto found = state.revisions.find(target.revision);
    const std::string& name = target.revision;
    if (found == state.revisions.end()) {
      const std::string owner = owner_of_other(name);
      if (owner.empty()) {
        return RouteProblem{Tri::kFalse, "RevisionMissing",
                            fmt::format("Revision \"{}\" referenced in traffic not found.", name)};
      }
      return RouteProblem{Tri::kFalse, "RevisionNotOwned",
                          fmt::format("Revision \"{}\" belongs to Service \"{}\", not Service "
                                      "\"{}\".",
                                      name, owner, service)};
    }
    switch (found->second.ready.status) {
      case Tri::kTrue: break;
      case Tri::kUnknown:
        return RouteProblem{Tri::kUnknown, "RevisionMissing",
                            fmt::format("Revision \"{}\" is not yet ready.", name)};
      case Tri::kFalse:
        return RouteProblem{Tri::kFalse, "RevisionMissing",
                            fmt::format("Revision \"{}\" failed to become ready.", name)};
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

std::map<std::string, int> shares(const RouteTargets& targets) {
  std::map<std::string, int> out;
  for (const RouteTarget& target : targets) {
    if (target.percent > 0) out[target.revision] += target.percent;
  }
  return out;
}

}  // namespace freshet::sandbox
