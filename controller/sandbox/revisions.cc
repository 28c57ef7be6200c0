// Revisions, step by step.
#include "controller/sandbox/revisions.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/sandbox/image_lookup.h"
#include "controller/sandbox/knative_json.h"

namespace freshet::sandbox {
namespace {

constexpr Duration kResolveAgain = seconds(2);
constexpr Duration kFirstRestart = seconds(10);
constexpr Duration kMaxRestart = seconds(300);

ObjectKey object_key(const ServiceKey& service, const std::string& name) {
  return {service.name_space, name};
}

bool is_sidecar(const Json& container, std::size_t count) {
  const Json& ports = at_path(container, {"ports"});
  return count > 1 && (!ports.is_array() || ports.empty());
}

void set_ready(RevisionState& state, TimePoint now) {
  combine(state.ready, state.resources, state.healthy, now);
}

}  // namespace

// Steps are planned for this very Revision: another one of the same name is not meant.
void Revisions::later(Duration delay, const ServiceKey& service, const RevisionState& state,
                      Step step) {
  cluster_.agenda.after(delay, [this, service, name = state.name, uid = state.uid, step] {
    RevisionState* found = find_(service, name);
    if (found != nullptr && found->uid == uid) (this->*step)(service, *found);
  });
}

void Revisions::pods_later(Duration delay, const ServiceKey& service, const RevisionState& state,
                           Step step) {
  const auto these = [this, service, name = state.name, uid = state.uid, run = state.run, step] {
    RevisionState* found = find_(service, name);
    if (found != nullptr && found->uid == uid && found->run == run) (this->*step)(service, *found);
  };
  cluster_.agenda.after(delay, these);
}

void Revisions::begin(const ServiceKey& service, const std::string& name) {
  RevisionState* state = find_(service, name);
  if (state == nullptr) return;
  for (Condition* condition : {&state->active, &state->healthy, &state->ready, &state->resources}) {
    condition->since = now();
  }
  resolve(service, *state);
}

void Revisions::resolve(const ServiceKey& service, RevisionState& state) {
  const Json revision = cluster_.store.read(kRevisions, object_key(service, state.name));
  const Json& containers = at_path(revision, {"spec", "containers"});
  state.digests.clear();
  std::string problem;
  for (const Json& container : containers) {
    ImageLookup image = look_up_image(cluster_.registry, string_or(container, "image"));
    if (problem.empty()) problem = image.problem;
    state.digests.emplace_back(string_or(container, "name"), image.with_digest);
    // A sidecar that does not start keeps all from starting; who serves decides the rest.
    const bool stays_down = image.behaviour.starts != StartsAs::kReady;
    if (is_sidecar(container, containers.size()) && !stays_down) continue;
    if (!is_sidecar(container, containers.size()) && state.behaviour.starts != StartsAs::kReady) {
      continue;
    }
    state.behaviour = image.behaviour;
  }
  if (!problem.empty()) {
    state.digests.clear();
    state.behaviour = ImageBehaviour{};
    state.healthy.set(Tri::kFalse, "ContainerMissing", problem, now());
    state.resources.set(Tri::kUnknown, "ResolvingDigests", "", now());
    set_ready(state, now());
    publish(service, state);
    later(kResolveAgain, service, state, &Revisions::resolve);
    return;
  }
  state.is_resolved = true;
  state.healthy.set(Tri::kUnknown, "", "", now());  // the real one may have dropped its reason
  state.resources.set(Tri::kUnknown, "Deploying", "", now());
  set_ready(state, now());
  start_pods(service, state);
  later(state.deadline, service, state, &Revisions::pass_deadline);
  publish(service, state);
}

void Revisions::start_pods(const ServiceKey& service, RevisionState& state) {
  const Json revision = cluster_.store.read(kRevisions, object_key(service, state.name));
  if (revision.is_null()) return;
  state.phase = PodPhase::kStarting;
  state.restarts = 0;
  state.pods = kPodsPerRevision;
  state.pods_since = now();
  for (int i = 0; i < kPodsPerRevision; ++i) {
    Json pod = pod_object(revision, i);
    cluster_.api.stamp(kPods, pod);
    pod["status"] = pod_status(pod, state, now());
    cluster_.store.put(kPods, object_key(service, pod_name(state.name, i)), pod);
    cluster_.users.add_pod({service, state.name, pod_name(state.name, i)}, state.behaviour, now());
  }
  run_containers(service, state);
}

void Revisions::run_containers(const ServiceKey& service, RevisionState& state) {
  ++state.run;
  const Duration jitter = cluster_.dice.between(Duration{}, state.behaviour.ready_after / 10);
  const Duration started = state.behaviour.ready_after + jitter;
  switch (state.behaviour.starts) {
    case StartsAs::kReady: pods_later(started, service, state, &Revisions::become_ready); break;
    case StartsAs::kCrashing: pods_later(started, service, state, &Revisions::crash); break;
    case StartsAs::kPullFailing:
      pods_later(seconds(1), service, state, &Revisions::fail_pulling);
      break;
    case StartsAs::kUnschedulable:
      pods_later(milliseconds(300), service, state, &Revisions::stay_unschedulable);
      break;
    case StartsAs::kNeverReady: set_phase(service, state, PodPhase::kNotReady); break;
  }
}

void Revisions::become_ready(const ServiceKey& service, RevisionState& state) {
  if (state.pods == 0) return;  // scaled away meanwhile
  set_phase(service, state, PodPhase::kReady);
  state.active.set(Tri::kTrue, "", "", now());
  state.healthy.set(Tri::kTrue, "", "", now());
  state.resources.set(Tri::kTrue, "", "", now());
  set_ready(state, now());
  publish(service, state);
}

void Revisions::crash(const ServiceKey& service, RevisionState& state) {
  if (state.pods == 0 || state.restarts >= kMaxRestarts) return;
  ++state.restarts;
  set_phase(service, state, PodPhase::kCrashed);
  for (int i = 0; i < state.pods; ++i) {
    cluster_.users.restart({service, state.name, pod_name(state.name, i)}, now());
  }
  const std::string reason = fmt::format("ExitCode{}", state.behaviour.exit_code);
  state.healthy.set(Tri::kFalse, reason, "Container failed with: the container ended\n", now());
  set_ready(state, now());
  publish(service, state);
  const Duration wait = std::min(kFirstRestart * (1 << (state.restarts - 1)), kMaxRestart);
  pods_later(wait, service, state, &Revisions::crash);
}

// A Revision that has been Ready stays so: its requests wait at the activator, and fail there.
void Revisions::lose_readiness(const ServiceKey& service, RevisionState& state) {
  set_phase(service, state, PodPhase::kNotReady);
  state.active.set(Tri::kUnknown, "Queued", "Requests to the target are being buffered.", now());
  publish(service, state);
}

void Revisions::begin_to_fail(const ServiceKey& service, RevisionState& state) {
  state.behaviour.error_rate = kFailing;
  for (int i = 0; i < state.pods; ++i) {
    cluster_.users.set_error_rate({service, state.name, pod_name(state.name, i)}, kFailing, now());
  }
}

void Revisions::fail_pulling(const ServiceKey& service, RevisionState& state) {
  set_phase(service, state, PodPhase::kPullFailing);
}

void Revisions::stay_unschedulable(const ServiceKey& service, RevisionState& state) {
  set_phase(service, state, PodPhase::kUnschedulable);
  state.resources.set(Tri::kFalse, "Unschedulable", "0/3 nodes are available: 3 Insufficient cpu.",
                      now());
  set_ready(state, now());
  publish(service, state);
}

void Revisions::pass_deadline(const ServiceKey& service, RevisionState& state) {
  if (state.ready.status != Tri::kUnknown) return;
  if (state.phase == PodPhase::kPullFailing) {
    state.resources.set(
        Tri::kFalse, "ImagePullBackOff",
        fmt::format("Back-off pulling image \"{}\"",
                    state.digests.empty() ? std::string() : state.digests[0].second),
        now());
  } else {
    state.resources.set(
        Tri::kFalse, "ProgressDeadlineExceeded",
        fmt::format("ReplicaSet \"{}-deployment\" has timed out progressing.", state.name), now());
  }
  state.active.set(Tri::kFalse, "TimedOut", "The target could not be activated.", now());
  set_ready(state, now());
  publish(service, state);
}

void Revisions::set_active(const ServiceKey& service, const std::string& name, bool is_active) {
  RevisionState* state = find_(service, name);
  if (state == nullptr || state->is_active == is_active) return;
  state->is_active = is_active;
  is_active ? wake(service, name) : rest(service, name);
}

void Revisions::rest(const ServiceKey& service, const std::string& name) {
  RevisionState* state = find_(service, name);
  if (state == nullptr) return;
  ++state->idle_turn;
  scale_down_later(service, *state);
}

void Revisions::wake(const ServiceKey& service, const std::string& name) {
  RevisionState* state = find_(service, name);
  if (state == nullptr) return;
  ++state->idle_turn;
  if (state->pods == 0 && state->is_resolved) start_pods(service, *state);
}

void Revisions::scale_down_later(const ServiceKey& service, const RevisionState& state) {
  const auto when_idle = [this, service, name = state.name, uid = state.uid,
                          turn = state.idle_turn] {
    RevisionState* found = find_(service, name);
    if (found != nullptr && found->uid == uid && found->idle_turn == turn) {
      scale_down(service, *found);
    }
  };
  cluster_.agenda.after(kScaleDownDelay, when_idle);
}

// To zero: not part of Ready, and routable again at any time. What has not begun yet may begin.
void Revisions::scale_down(const ServiceKey& service, RevisionState& state) {
  if (state.ready.status == Tri::kUnknown) {
    scale_down_later(service, state);
    return;
  }
  remove_pods(service, state.name);
  state.phase = PodPhase::kStarting;
  state.active.set(Tri::kFalse, "NoTraffic", "The target is not receiving traffic.", now());
  publish(service, state);
}

void Revisions::remove_pods(const ServiceKey& service, const std::string& name) {
  RevisionState* state = find_(service, name);
  if (state == nullptr) return;
  for (int i = 0; i < state->pods; ++i) {
    cluster_.users.remove_pod({service, name, pod_name(name, i)}, now());
    cluster_.store.remove(kPods, object_key(service, pod_name(name, i)));
  }
  state->pods = 0;
}

void Revisions::meet_traffic(const ServiceKey& service, const std::string& name) {
  RevisionState* state = find_(service, name);
  if (state == nullptr || state->ends_with_traffic) return;
  const ImageBehaviour& does = state->behaviour;
  const auto then = [&](const std::optional<Duration>& after, auto what) {
    if (!after) return;
    state->ends_with_traffic = true;
    pods_later(*after, service, *state, what);
  };
  then(does.crashes_after_traffic, &Revisions::crash);
  then(does.unready_after_traffic, &Revisions::lose_readiness);
  then(does.fails_after_traffic, &Revisions::begin_to_fail);
}

void Revisions::behave(const ServiceKey& service, const std::string& name,
                       const ImageBehaviour& behaviour) {
  RevisionState* state = find_(service, name);
  if (state == nullptr) return;
  state->behaviour = behaviour;
  if (state->pods > 0) run_containers(service, *state);
}

void Revisions::set_phase(const ServiceKey& service, RevisionState& state, PodPhase phase) {
  state.phase = phase;
  for (int i = 0; i < state.pods; ++i) {
    const std::string name = pod_name(state.name, i);
    Json pod = cluster_.store.read(kPods, object_key(service, name));
    if (pod.is_null()) continue;
    pod["status"] = pod_status(pod, state, now());
    cluster_.store.put(kPods, object_key(service, name), pod);
    cluster_.users.set_ready({service, state.name, name}, phase == PodPhase::kReady, now());
  }
}

void Revisions::publish(const ServiceKey& service, RevisionState& state) {
  Json revision = cluster_.store.read(kRevisions, object_key(service, state.name));
  if (revision.is_null()) return;
  Json status = revision_status(state);
  if (at_path(revision, {"status"}) != status) {
    revision["status"] = std::move(status);
    cluster_.store.put(kRevisions, object_key(service, state.name), revision);
  }
  changed_(service, state.name);
}

}  // namespace freshet::sandbox
