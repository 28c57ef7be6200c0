// Services and Configurations; the Route is in knative_route.cc.
#include "controller/sandbox/knative.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/sandbox/knative_json.h"
#include "controller/sandbox/metadata.h"

namespace freshet::sandbox {
namespace {

constexpr const char* kDeadlineAnnotation = "serving.knative.dev/progress-deadline";

// To what a Service owns: in its spec, annotations and labels.
bool says_the_same(const Json& old, const Json& service) {
  const auto same = [&](const char* field) {
    return at_path(old, {"metadata", field}) == at_path(service, {"metadata", field});
  };
  return same("generation") && same("annotations") && same("labels");
}

}  // namespace

Knative::Knative(Cluster cluster)
    : cluster_(cluster),
      revisions_(
          cluster,
          [this](const ServiceKey& key, const std::string& name) {
            return find_revision(key, name);
          },
          [this](const ServiceKey& key, const std::string& name) { revision_changed(key, name); }) {
}

ServiceState* Knative::find(const ServiceKey& key) {
  const auto found = services_.find(key);
  return found == services_.end() ? nullptr : &found->second;
}

RevisionState* Knative::find_revision(const ServiceKey& key, const std::string& name) {
  ServiceState* state = find(key);
  if (state == nullptr) return nullptr;
  const auto found = state->revisions.find(name);
  return found == state->revisions.end() ? nullptr : &found->second;
}

void Knative::later(Duration low, Duration high, Agenda::Action action) {
  const Duration stalled = std::max(Duration{0}, Duration(stalled_until_ - now()));
  cluster_.agenda.after(stalled + cluster_.dice.between(low, high), std::move(action));
}

void Knative::service_written(const ObjectKey& object, const Json& old, const Json& written) {
  const ServiceKey key{object.name_space, object.name};
  if (written.is_null()) {
    later(milliseconds(100), milliseconds(300),
          [this, key, uid = uid_of(old)] { forget(key, uid); });
    return;
  }
  if (is_deleting(written)) {  // nothing of it is reconciled any more
    if (!has_finalizer(written, kForegroundDeletion) || is_deleting(old)) return;
    later(milliseconds(100), milliseconds(300),
          [this, key, uid = uid_of(old)] { forget(key, uid); });
    return;
  }
  if (!old.is_null() && says_the_same(old, written)) return;
  later(milliseconds(30), milliseconds(120), [this, key] { reconcile(key); });
}

void Knative::revision_written(const ObjectKey& object, const Json& old, const Json& written) {
  if (!written.is_null()) return;
  const ServiceKey key{object.name_space,
                       string_or(at_path(old, {"metadata", "labels"}), kServiceLabel)};
  ServiceState* state = find(key);
  if (state == nullptr) return;
  revisions_.remove_pods(key, object.name);
  state->revisions.erase(object.name);
  if (object.name == state->latest_created) revision_soon(key, state->configuration_generation);
  revision_changed(key, object.name);
}

void Knative::rest(const ServiceKey& key, bool rests) {
  const ServiceState* state = find(key);
  if (state == nullptr) return;
  for (const RouteTarget& target : state->programmed) {
    rests ? revisions_.rest(key, target.revision) : revisions_.wake(key, target.revision);
  }
}

void Knative::behave(const Digest& image, const ImageBehaviour& behaviour) {
  for (auto& [key, state] : services_) {
    for (auto& [name, revision] : state.revisions) {
      const bool runs_it = std::ranges::any_of(revision.digests, [&](const auto& container) {
        return container.second.ends_with("@" + image.get());
      });
      if (runs_it) revisions_.behave(key, name, behaviour);
    }
  }
}

void Knative::reconcile(const ServiceKey& key) {
  const Json service = cluster_.store.read(kServices, to_object_key(key));
  if (service.is_null() || is_deleting(service)) return;
  ServiceState& state = services_[key];
  if (state.uid != uid_of(service)) {
    if (!state.uid.empty()) return;  // the one before is still being taken down: forget() is near
    state.uid = uid_of(service);
  }
  state.observed = generation_of(service);
  const std::int64_t configuration = put_child(kConfigurations, configuration_object(service));
  if (configuration != std::exchange(state.configuration_generation, configuration)) {
    state.configurations.set(Tri::kUnknown, "OutOfDate",
                             "The Configuration is still working to reflect the latest desired "
                             "specification.",
                             now());
    revision_soon(key, configuration);
  }
  if (state.route_generation > 0 && now() < conflicts_until_ &&
      cluster_.dice.uniform() < conflicts_) {
    later(milliseconds(300), seconds(3), [this, key] { reconcile(key); });
    ServiceState before = state;
    before.shown = state.programmed;
    before.routes.set(Tri::kTrue, "", "", now());
    publish(key, before);
    return;
  }
  const std::int64_t route = put_child(kRoutes, route_object(service));
  if (route != std::exchange(state.route_generation, route)) {
    state.routes.set(Tri::kUnknown, "OutOfDate",
                     "The Route is still working to reflect the latest desired specification.",
                     now());
    route_soon(key);
  }
  publish(key);
}

void Knative::revision_soon(const ServiceKey& key, std::int64_t generation) {
  later(milliseconds(30), milliseconds(100),
        [this, key, generation] { make_revision(key, generation); });
}

void Knative::make_revision(const ServiceKey& key, std::int64_t generation) {
  ServiceState* state = find(key);
  const Json configuration = cluster_.store.read(kConfigurations, to_object_key(key));
  // Edited again meanwhile: the later template is the one to make.
  if (state == nullptr || configuration.is_null()) return;
  if (state->configuration_generation != generation) return;
  const Json& tmpl = at_path(configuration, {"spec", "template"});
  std::string name = string_or(at_path(tmpl, {"metadata"}), "name");
  if (name.empty()) name = fmt::format("{}-{:05}", key.name, generation);
  if (take_existing(key, *state, name, configuration)) return;
  Json object = revision_object(configuration, name);
  cluster_.api.stamp(kRevisions, object);
  cluster_.store.put(kRevisions, {key.name_space, name}, object);
  RevisionState revision;
  revision.name = name;
  revision.uid = uid_of(object);
  revision.generation = generation;
  revision.created = now();
  const auto deadline =
      parse_duration(string_or(at_path(tmpl, {"metadata", "annotations"}), kDeadlineAnnotation));
  if (deadline) revision.deadline = *deadline;
  state->revisions[name] = std::move(revision);
  state->latest_created = name;
  state->configurations.set(Tri::kUnknown, "", "", now());
  revisions_.begin(key, name);
  publish(key);
}

// A name of the user's own that exists already: taken up again if the spec is the same.
bool Knative::take_existing(const ServiceKey& key, ServiceState& state, const std::string& name,
                            const Json& configuration) {
  const Json existing = cluster_.store.read(kRevisions, {key.name_space, name});
  const bool is_same =
      at_path(existing, {"spec"}) == at_path(configuration, {"spec", "template", "spec"});
  const bool is_ours = is_same && state.revisions.contains(name);
  const bool was_taken = std::exchange(state.is_name_taken, !existing.is_null() && !is_ours);
  if (was_taken) route_soon(key);
  if (existing.is_null()) return false;
  if (state.is_name_taken) {
    ++state.route_turn;  // the Route stays as it is
    state.routes.set(Tri::kFalse, "RevisionNameTaken",
                     fmt::format("The revision name \"{}\" is taken by a conflicting Revision, so "
                                 "traffic will not be migrated",
                                 name),
                     now());
    state.configurations.set(
        Tri::kFalse, "RevisionFailed",
        fmt::format("Revision creation failed with message: revisions.serving.knative.dev \"{}\" "
                    "already exists.",
                    name),
        now());
    publish(key);
    return true;
  }
  state.latest_created = name;
  if (state.revisions[name].ready.status == Tri::kTrue) state.latest_ready = name;
  state.configurations.set(Tri::kUnknown, "", "", now());
  revision_changed(key, name);
  return true;
}

void Knative::settle_configuration(ServiceState& state) {
  const auto created = state.revisions.find(state.latest_created);
  if (created == state.revisions.end()) return;
  // The newest that is Ready, but never one older than what was Ready before.
  const auto before = state.revisions.find(state.latest_ready);
  std::int64_t newest = before == state.revisions.end() ? 0 : before->second.generation;
  for (const auto& [name, revision] : state.revisions) {
    const bool is_later = revision.generation > created->second.generation;  // of a name taken up
    if (is_later || revision.ready.status != Tri::kTrue || revision.generation <= newest) continue;
    newest = revision.generation;
    state.latest_ready = name;
  }
  const Condition& ready = created->second.ready;
  switch (ready.status) {
    case Tri::kTrue: state.configurations.set(Tri::kTrue, "", "", now()); break;
    case Tri::kUnknown: state.configurations.set(Tri::kUnknown, "", "", now()); break;
    case Tri::kFalse:
      state.configurations.set(Tri::kFalse, "RevisionFailed",
                               fmt::format("Revision \"{}\" failed with message: {}.",
                                           state.latest_created, ready.message),
                               now());
      break;
  }
}

void Knative::revision_changed(const ServiceKey& key, const std::string&) {
  ServiceState* state = find(key);
  if (state == nullptr) return;
  // While a newer template waits for its Revision, the Configuration stays OutOfDate.
  if (state->configurations.reason != "OutOfDate") settle_configuration(*state);
  publish(key);
  route_soon(key);
}

void Knative::publish(const ServiceKey& key) {
  if (ServiceState* state = find(key)) publish(key, *state);
}

void Knative::publish(const ServiceKey& key, ServiceState& state) {
  Json service = cluster_.store.read(kServices, to_object_key(key));
  if (state.uid != uid_of(service) || is_deleting(service)) return;
  combine(state.ready, state.configurations, state.routes, now());
  Json status = service_status(service, state);
  if (at_path(service, {"status"}) == status) return;
  service["status"] = std::move(status);
  cluster_.store.put(kServices, to_object_key(key), service);
}

// The garbage collector's work: what the Service owned goes with it.
}  // namespace freshet::sandbox
