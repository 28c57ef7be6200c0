// Whether, and how, a Service has come to rest.
#include "tests/simulate/rest.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/status.h"
#include "controller/knative/views.h"
#include "controller/runtime/paths.h"

namespace freshet::simulate {

std::string unsettled(const Scene& scene, int service, bool needs_newest) {
  const ServiceKey key = service_key(service);
  const auto tracked = scene.world.read(tracked_service_path(key));
  if (tracked && at_path(*tracked, {"metadata"}).contains("deletionTimestamp")) {
    return "is untracked and not let go";
  }
  const Followed& followed = scene.invariants.of(service);
  if (!followed.core) return "is not adopted";
  if (!std::holds_alternative<Idle>(followed.core->phase)) {
    return fmt::format("is still {}", phase_name(followed.core->phase));
  }
  const auto& digests = followed.core->stable->pair.digests;
  const auto build = scene.people.builds().find(digests.begin()->second);
  const bool is_newest =
      build != scene.people.builds().end() && build->second.number == scene.people.newest(service);
  if (needs_newest && !is_newest) {
    return fmt::format("runs {} and not its newest good build", to_string(digests));
  }
  const sandbox::Program wanted = {{followed.core->stable->name.get(), 100}};
  if (scene.world.programmed(key) != wanted) return "does not give stable all requests";
  return "";
}

std::string overdue(const Scene& scene, int service) {
  const auto tracked = scene.world.read(tracked_service_path(service_key(service)));
  const auto& core = scene.invariants.of(service).core;
  const Rollout* rollout = core ? active_rollout(core->phase) : nullptr;
  if (!tracked || rollout == nullptr || std::holds_alternative<Retreating>(core->phase)) return "";
  const TimePoint before = scene.world.now() - kPrompt;
  const Json& metadata = at_path(*tracked, {"metadata"});
  const auto deleted = parse_rfc3339(string_or(metadata, "deletionTimestamp"));
  if (deleted && *deleted < before) return "goes on with a rollout though it is untracked";
  const auto& name = rollout->candidate.name;
  const RevisionFacts* facts = name ? scene.invariants.find(*name) : nullptr;
  const bool unready = facts != nullptr && !facts->ready.empty() && !facts->ready.back().second;
  if (unready && candidate_percent(*core) > 0 && facts->ready.back().first < before) {
    return name->get() + " keeps its requests though it has not been Ready for long";
  }
  const TrackedServiceStatus status = status_from_json(at_path(*tracked, {"status"}));
  const bool condemned = status.verdict && status.verdict->kind == "Rollback";
  if (condemned && name && candidate_percent(*core) > 0 && status.seq == core->seq) {
    return name->get() + " keeps its requests beside a verdict to roll back";
  }
  const std::string abort = string_or(at_path(metadata, {"annotations"}), "freshet.dev/abort");
  const auto asked = scene.people.asked_to_abort(service);
  if (abort.empty() || !asked || *asked > before || *asked < rollout->started) return "";
  const std::string id = abort.substr(0, abort.find(' '));
  if (std::ranges::find(status.commands, id, &CommandStatus::id) != status.commands.end()) {
    return "";
  }
  return fmt::format("is still {}, {} after a person has said abort", phase_name(core->phase),
                     format_duration(scene.world.now() - *asked));
}

namespace {

bool fails_users(const Scene& scene, int service, const Core& core, const Rollout& rollout) {
  const Followed& followed = scene.invariants.of(service);
  const auto is_late = [&](Duration bound) {
    return followed.raised && *followed.raised < scene.world.now() - bound;
  };
  if (!is_late(kPrompt) || !scene.people.by_metrics(service)) return false;
  const auto canary = scene.invariants.served_in_step(service, *rollout.candidate.name);
  const auto stable = scene.invariants.served_in_step(service, core.stable->name);
  return fails_its_users(canary, stable) || (is_late(kPromptOfHangs) && hangs(canary, stable));
}

// Not what was over a minute ago: an outage that something else made.
bool still_fails_users(const Scene& scene, int service, const std::string& name, ServedThen& then) {
  const ServedThen before = std::exchange(then, scene.world.served(service_key(service)));
  const auto was = before.find(name);
  if (was == before.end()) return false;
  const sandbox::Served minute = then.at(name) - was->second;
  const double failed = static_cast<double>(minute.bad) + minute.lost;
  return failed > kPlainlyFailing * (failed + static_cast<double>(minute.good));
}

}  // namespace

std::string unspared(const Scene& scene, int service, ServedThen& then) {
  const ServiceKey key = service_key(service);
  const auto& core = scene.invariants.of(service).core;
  const Rollout* rollout = core ? active_rollout(core->phase) : nullptr;
  const auto app = scene.world.read(service_path(key));
  if (!app || rollout == nullptr || !rollout->candidate.name) return "";
  const auto view = service_view(*app);
  const std::string& name = rollout->candidate.name->get();
  const auto program = scene.world.programmed(key);
  const auto met = program.find(name);
  // Not where a person has set other percents.
  const bool is_ours = view && share_of(serving(view->traffic), *rollout->candidate.name) ==
                                   candidate_percent(*core);
  if (!is_ours || met == program.end() || met->second == 0) return "";
  const TimePoint before = scene.world.now() - kPrompt;
  const RevisionFacts* stable = scene.invariants.find(core->stable->name);
  const bool can_go_back = stable != nullptr && !stable->gone && !stable->ready.empty() &&
                           stable->ready.back().second && stable->ready.back().first < before;
  if (std::holds_alternative<Retreating>(core->phase) && core->since < before && can_go_back) {
    return fmt::format("{} % of requests go to {} long after its retreat began", met->second, name);
  }
  const bool fails = !std::holds_alternative<Retreating>(core->phase) &&
                     fails_users(scene, service, *core, *rollout);
  if (!fails) then.clear();
  if (fails && still_fails_users(scene, service, name, then)) {
    return fmt::format("{} fails its users and keeps {} % of requests", name, met->second);
  }
  return "";
}

std::string end_of(const Scene& scene, int service) {
  const Followed& followed = scene.invariants.of(service);
  if (!followed.core) return "not tracked";
  std::string out = std::string(phase_name(followed.core->phase));
  const auto name_of = [&](const DigestSet& digests) {
    const auto build = scene.people.builds().find(digests.begin()->second);
    return build == scene.people.builds().end() ? std::string("?")
                                                : fmt::format("build {}", build->second.number);
  };
  if (followed.core->stable) out += ", stable " + name_of(followed.core->stable->pair.digests);
  for (const Rejection& rejection : followed.core->rejected) {
    out += ", rejected " + name_of(rejection.pair.digests);
  }
  if (!followed.core->parked.empty())
    out += fmt::format(", {} parked", followed.core->parked.size());
  if (const auto tracked = scene.world.read(tracked_service_path(service_key(service)))) {
    const TrackedServiceStatus status = status_from_json(at_path(*tracked, {"status"}));
    for (const Condition& each : status.conditions) {
      out += fmt::format(", {}={} ({})", each.type, each.status, each.reason);
    }
  }
  for (const auto& [revision, percent] : scene.world.programmed(service_key(service))) {
    const RevisionFacts* facts = scene.invariants.find(RevisionName(revision));
    out += fmt::format(
        ", {} % to {}", percent,
        facts != nullptr && facts->runs ? name_of({{ContainerName("app"), *facts->runs}}) : "?");
  }
  return out;
}

}  // namespace freshet::simulate
