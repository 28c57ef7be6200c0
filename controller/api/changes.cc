// Watch events and facts as events.
#include "controller/api/changes.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/show/detail.h"
#include "controller/show/sentences.h"

namespace freshet::api {
namespace {

Json names_of(const ServiceKey& key) { return {{"namespace", key.name_space}, {"name", key.name}}; }

ServiceKey key_of_object(const Json& object) {
  const Json& metadata = at_path(object, {"metadata"});
  return {string_or(metadata, "namespace"), string_or(metadata, "name")};
}

}  // namespace

Json state_json(const Json& tracked) {
  const ServiceDetail detail = make_detail(tracked, nullptr, {});
  Json out = names_of({detail.tracked.name_space, detail.tracked.name});
  out["phase"] = detail.status.phase.empty() ? "Pending" : detail.status.phase;
  out["reason"] = detail.status.reason;
  out["message"] = present_sentence(detail);
  out["next"] = next_sentence(detail);
  out["percent"] = detail.core ? candidate_percent(*detail.core) : detail.status.percent;
  out["step"] = detail.status.step;
  out["seq"] = detail.status.seq;
  const Condition* ready = condition(detail, "Ready");
  out["ready"] = ready != nullptr && ready->status == "True";
  if (const Rollout* rollout = rollout_of(detail)) out["rollout"] = rollout->id;
  return out;
}

Json transition_json(const ServiceKey& key, const Fact& fact, const std::optional<Core>& core,
                     TimePoint now) {
  Json out = names_of(key);
  out["reason"] = fact.reason;
  out["message"] = fact.message;
  out["warning"] = fact.warning;
  out["at"] = format_rfc3339(now);
  if (!core) return out;
  out["phase"] = phase_name(core->phase);
  out["seq"] = core->seq;
  if (const Rollout* rollout = active_rollout(core->phase)) out["rollout"] = rollout->id;
  return out;
}

void Changes::put(const Json& tracked) {
  const ServiceKey key = key_of_object(tracked);
  const Json state = state_json(tracked);
  const std::uint64_t hash = stable_hash(dump_json(state));
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = known_.try_emplace(key, hash);
  if (!is_new && known->second == hash) return;
  known->second = hash;
  events_.tell("service", key, state);
}

void Changes::remove(const ServiceKey& key) {
  const std::lock_guard lock(mutex_);
  if (known_.erase(key) > 0) events_.tell("gone", key, names_of(key));
}

void Changes::keep_only(const std::string& name_space, const std::set<std::string>& present) {
  std::vector<ServiceKey> gone;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, hash] : known_) {
      const bool within = name_space.empty() || key.name_space == name_space;
      if (within && !present.contains(to_string(key))) gone.push_back(key);
    }
  }
  for (const ServiceKey& key : gone) remove(key);
}

void Changes::hear(const std::string& name_space, const WatchEvent& event) {
  switch (event.type) {
    case WatchEvent::Type::kListed:
    case WatchEvent::Type::kRestarted:
      for (const JsonPtr& item : event.items) put(*item);
      if (event.type == WatchEvent::Type::kListed) break;
      keep_only(name_space, event.present);
      break;
    case WatchEvent::Type::kAdded:
    case WatchEvent::Type::kModified: put(*event.object); break;
    case WatchEvent::Type::kDeleted: remove(key_of_object(*event.object)); break;
    case WatchEvent::Type::kBookmark: break;
  }
}

void Changes::hear(const ServiceKey& key, const Fact& fact, const std::optional<Core>& core,
                   TimePoint now) {
  events_.tell("transition", key, transition_json(key, fact, core, now));
}

}  // namespace freshet::api
