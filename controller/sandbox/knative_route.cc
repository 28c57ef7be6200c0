// Routes: targets are resolved, shown, programmed; Revisions are labelled and scaled by it.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/overloaded.h"
#include "controller/sandbox/knative.h"
#include "controller/sandbox/knative_json.h"
#include "controller/sandbox/route.h"

namespace freshet::sandbox {

void Knative::route_soon(const ServiceKey& key) {
  ServiceState* state = find(key);
  if (state == nullptr) return;
  const std::int64_t turn = ++state->route_turn;
  later(milliseconds(20), milliseconds(90), [this, key, turn] { resolve(key, turn); });
}

std::string Knative::owner_of(const std::string& name_space, const std::string& revision) const {
  const Json found = cluster_.store.read(kRevisions, {name_space, revision});
  return string_or(at_path(found, {"metadata", "labels"}), kServiceLabel);
}

Json Knative::spec_traffic(const ServiceKey& key) const {
  const Json route = cluster_.store.read(kRoutes, to_object_key(key));
  return at_path(route, {"spec", "traffic"});
}

void Knative::resolve(const ServiceKey& key, std::int64_t turn) {
  ServiceState* state = find(key);
  if (state == nullptr || state->route_turn != turn || state->is_name_taken) return;
  const auto owner = [&](const std::string& name) { return owner_of(key.name_space, name); };
  const Json traffic = spec_traffic(key);
  const auto resolved = resolve_route(key.name, traffic, *state, owner);
  if (const auto* problem = std::get_if<RouteProblem>(&resolved)) {
    // Nothing is shown or programmed of a list that has one bad entry.
    state->routes.set(problem->status, problem->reason, problem->message, now());
    publish(key);
    label_revisions(key);
    return;
  }
  const auto& targets = std::get<RouteTargets>(resolved);
  state->shown = targets;
  if (targets == state->programmed) {
    state->routes.set(Tri::kTrue, "", "", now());
    publish(key);
    label_revisions(key);
    return;
  }
  state->routes.set(Tri::kUnknown, "IngressNotConfigured", "Ingress has not yet been reconciled.",
                    now());
  publish(key);
  later(milliseconds(60), milliseconds(250),
        [this, key, turn, targets] { program(key, turn, targets); });
}

void Knative::program(const ServiceKey& key, std::int64_t turn, const RouteTargets& targets) {
  ServiceState* state = find(key);
  if (state == nullptr || state->route_turn != turn) return;
  state->programmed = targets;
  const Program split = shares(targets);
  cluster_.users.set_program(key, split, now());
  state->routes.set(Tri::kTrue, "", "", now());
  publish(key);
  label_revisions(key);
  for (const auto& [name, percent] : split) revisions_.meet_traffic(key, name);
}

std::optional<HttpResponse> Knative::answer_at(const std::string& host) const {
  for (const auto& [key, state] : services_) {
    for (const RouteTarget& target : state.programmed) {
      if (target.tag.empty() || host != tag_host(target.tag, key)) continue;
      const auto revision = state.revisions.find(target.revision);
      const bool answers =
          revision != state.revisions.end() && revision->second.ready.status == Tri::kTrue;
      if (!answers) return HttpResponse{503, {}, "no healthy upstream"};
      return HttpResponse{revision->second.behaviour.fails_gates ? 500 : 200, {}, target.revision};
    }
  }
  return std::nullopt;
}

void Knative::label_revisions(const ServiceKey& key) {
  ServiceState* state = find(key);
  if (state == nullptr) return;
  std::set<std::string> active;
  bool follows_latest = false;
  for (const RouteTarget& target : state->shown) {
    active.insert(target.revision);
    follows_latest = follows_latest || target.is_latest;
  }
  for (const Json& target : spec_traffic(key)) {
    active.insert(string_or(target, "revisionName"));
    follows_latest = follows_latest || bool_or(target, "latestRevision", false);
  }
  // What is newest is expected to be routed as soon as it is Ready.
  if (follows_latest) active.insert(state->latest_created);
  const bool is_settled = state->routes.status != Tri::kUnknown;
  for (auto& [name, revision] : state->revisions) {
    if (active.contains(name)) {
      set_routing_state(key, revision, true);
    } else if (is_settled) {
      set_routing_state(key, revision, false);
    }
  }
  collect_garbage(key);
}

void Knative::set_routing_state(const ServiceKey& key, RevisionState& revision, bool is_active) {
  if (revision.is_active == is_active) return;
  const ObjectKey object_key{key.name_space, revision.name};
  Json object = cluster_.store.read(kRevisions, object_key);
  if (!object.is_null()) {
    object["metadata"]["labels"][kRoutingStateLabel] = is_active ? "active" : "reserve";
    Json& annotations = object["metadata"]["annotations"];
    annotations["serving.knative.dev/routingStateModified"] =
        format_rfc3339(std::chrono::floor<seconds>(now()));
    if (is_active) {
      annotations[kRoutesAnnotation] = key.name;
    } else {
      annotations.erase(kRoutesAnnotation);
    }
    cluster_.store.put(kRevisions, object_key, object);
  }
  revisions_.set_active(key, revision.name, is_active);
}

// Reserve Revisions beyond the bound go, oldest first; never those with the mark, nor the latest.
void Knative::collect_garbage(const ServiceKey& key) {
  ServiceState* state = find(key);
  std::vector<const RevisionState*> idle;
  for (const auto& [name, revision] : state->revisions) {
    if (revision.is_active || name == state->latest_ready || name == state->latest_created)
      continue;
    idle.push_back(&revision);
  }
  if (idle.size() <= kMaxIdleRevisions) return;
  std::ranges::sort(idle, {}, &RevisionState::generation);
  std::vector<std::string> leaving;
  for (const RevisionState* revision : idle) {
    if (idle.size() - leaving.size() <= kMaxIdleRevisions) break;
    const Json object = cluster_.store.read(kRevisions, {key.name_space, revision->name});
    const Json& annotations = at_path(object, {"metadata", "annotations"});
    if (string_or(annotations, "serving.knative.dev/no-gc") == "true") continue;
    leaving.push_back(revision->name);
  }
  for (const std::string& name : leaving) {
    revisions_.remove_pods(key, name);
    cluster_.store.remove(kRevisions, {key.name_space, name});
    state->revisions.erase(name);
  }
}

}  // namespace freshet::sandbox
