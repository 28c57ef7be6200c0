// Resolving the targets of a Route.
#include "controller/sandbox/route.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

namespace freshet::sandbox {
namespace {

RouteProblem missing(Tri status, const std::string& message) {
  return {status, "RevisionMissing", message};
}

std::optional<RouteProblem> problem_of(const RevisionState& revision) {
  switch (revision.ready.status) {
    case Tri::kTrue: return std::nullopt;
    case Tri::kUnknown:
      return missing(Tri::kUnknown,
                     fmt::format("Revision \"{}\" is not yet ready.", revision.name));
    case Tri::kFalse:
      return missing(Tri::kFalse,
                     fmt::format("Revision \"{}\" failed to become ready.", revision.name));
  }
  return std::nullopt;
}

std::optional<RouteProblem> problem_of_latest(const std::string& service,
                                              const ServiceState& state) {
  const auto latest = state.revisions.find(state.latest_ready);
  if (latest != state.revisions.end()) return problem_of(latest->second);
  const Tri status = state.configurations.status == Tri::kFalse ? Tri::kFalse : Tri::kUnknown;
  return missing(status,
                 fmt::format("Configuration \"{}\" {}.", service,
                             status == Tri::kFalse ? "does not have any ready Revision"
                                                   : "is waiting for a Revision to become ready"));
}

using OwnerOfOther = std::function<std::string(const std::string&)>;

std::optional<RouteProblem> problem_of_named(const std::string& service, const std::string& name,
                                             const ServiceState& state,
                                             const OwnerOfOther& owner_of_other) {
  const auto found = state.revisions.find(name);
  if (found != state.revisions.end()) return problem_of(found->second);
  const std::string owner = owner_of_other(name);
  if (owner.empty()) {
    return missing(Tri::kFalse,
                   fmt::format("Revision \"{}\" referenced in traffic not found.", name));
  }
  return RouteProblem{Tri::kFalse, "RevisionNotOwned",
                      fmt::format("Revision \"{}\" belongs to Service \"{}\", not Service \"{}\".",
                                  name, owner, service)};
}

}  // namespace

std::variant<RouteTargets, RouteProblem> resolve_route(const std::string& service,
                                                       const Json& traffic,
                                                       const ServiceState& state,
                                                       const OwnerOfOther& owner_of_other) {
  RouteTargets targets;
  std::optional<RouteProblem> worst;  // the last failure; else what came first
  for (const Json& entry : traffic) {
    RouteTarget target{string_or(entry, "revisionName"), false,
                       static_cast<int>(int_or(entry, "percent", 0)), string_or(entry, "tag")};
    target.is_latest = target.revision.empty();
    auto problem = target.is_latest
                       ? problem_of_latest(service, state)
                       : problem_of_named(service, target.revision, state, owner_of_other);
    if (problem && (!worst || problem->status == Tri::kFalse)) worst = std::move(problem);
    if (target.is_latest) target.revision = state.latest_ready;
    targets.push_back(std::move(target));
  }
  if (worst) return *std::move(worst);
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
