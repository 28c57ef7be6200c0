// What the watches have told of policies.
#include "controller/runtime/policies.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "controller/runtime/paths.h"

namespace freshet {

namespace {

constexpr Duration kWriteAgain = seconds(30);

bool says_the_same(const RolloutPolicyStatus& a, const RolloutPolicyStatus& b) {
  return a.observed_generation == b.observed_generation &&
         std::ranges::equal(a.conditions, b.conditions, [](const auto& x, const auto& y) {
           return x.type == y.type && x.status == y.status && x.reason == y.reason &&
                  x.message == y.message && x.observed_generation == y.observed_generation;
         });
}

// Whom the last good selector takes, and whom the one of now.
void stop_beside_mistake(Policy& policy, const ParsedRolloutPolicy& parsed) {
  policy.stop = true;
  const auto& now = parsed.object.spec.selector.match_labels;
  std::erase_if(policy.match_labels, [&](const auto& label) {
    const auto found = now.find(label.first);
    return !parsed.selector_known || found == now.end() || found->second != label.second;
  });
}

}  // namespace

void Policies::expect(const PolicyWatch& watch) {
  const std::lock_guard lock(mutex_);
  watches_.try_emplace(watch);
}

std::vector<PolicyReach> Policies::on_event(const PolicyWatch& watch, const WatchEvent& event) {
  const std::lock_guard lock(mutex_);
  std::vector<PolicyReach> reached;
  const auto add = [&reached](std::vector<PolicyReach> more) {
    std::ranges::move(more, std::back_inserter(reached));
  };
  using Type = WatchEvent::Type;
  for (const JsonPtr& item : event.items) add(put(watch, *item, known_until(event)));
  if (event.type == Type::kAdded || event.type == Type::kModified) {
    add(put(watch, *event.object, 0));
  }
  if (event.type == Type::kDeleted) {
    const Json& metadata = at_path(*event.object, {"metadata"});
    add(remove({watch.kind, {string_or(metadata, "namespace"), string_or(metadata, "name")}}));
  }
  if (event.type != Type::kRestarted) return reached;
  std::vector<Key> gone;
  for (const auto& [key, entry] : entries_) {
    const std::string& space = key.second.name_space;
    if (key.first != watch.kind) continue;
    if (!watch.name_space.empty() && space != watch.name_space) continue;
    const std::string name = space.empty() ? key.second.name : to_string(key.second);
    if (!event.present.contains(name)) gone.push_back(key);
  }
  for (const Key& key : gone) add(remove(key));
  Known& known = watches_[watch];
  // Until now everything was held because this was not known.
  if (!known.listed || !known.deaf.empty()) reached.push_back({watch.name_space, Policy{}});
  known = {true, false, "", {}, ""};
  return reached;
}

// Nothing waits for these to be read: what is not known is not approved.
std::vector<ServiceKey> Policies::on_approval(const PolicyWatch& watch, const WatchEvent& event) {
  const std::lock_guard lock(mutex_);
  const auto key_of = [](const Json& object) {
    const Json& metadata = at_path(object, {"metadata"});
    return ServiceKey{string_or(metadata, "namespace"), string_or(metadata, "name")};
  };
  std::vector<ServiceKey> approved;
  const auto put = [&](const Json& object) {
    const ServiceKey key = key_of(object);
    auto approval = rollout_approval_from_json(object);
    if (!approval) return;
    const auto known = approvals_.find(key);
    if (known != approvals_.end() && known->second == *approval) return;
    approved.push_back({key.name_space, approval->service});
    approvals_[key] = *std::move(approval);
  };
  for (const JsonPtr& item : event.items) put(*item);
  using Type = WatchEvent::Type;
  if (event.type == Type::kAdded || event.type == Type::kModified) put(*event.object);
  if (event.type == Type::kDeleted) approvals_.erase(key_of(*event.object));
  if (event.type == Type::kRestarted) {
    std::erase_if(approvals_, [&](const auto& known) {
      const bool within = watch.name_space.empty() || known.first.name_space == watch.name_space;
      return within && !event.present.contains(to_string(known.first));
    });
  }
  return approved;
}

std::vector<RolloutApprovalSpec> Policies::approvals(const ServiceKey& tracked) const {
  const std::lock_guard lock(mutex_);
  std::vector<RolloutApprovalSpec> out;
  for (auto at = approvals_.lower_bound({tracked.name_space, ""});
       at != approvals_.end() && at->first.name_space == tracked.name_space; ++at) {
    if (at->second.service == tracked.name) out.push_back(at->second);
  }
  return out;
}

std::string Policies::on_error(const PolicyWatch& watch, const Error& error) {
  const std::lock_guard lock(mutex_);
  Known& known = watches_[watch];
  const bool excused = error.kind == ErrorKind::kNotFound ||
                       (error.kind == ErrorKind::kForbidden && watch.is_optional);
  const bool news = known.trouble.empty() || known.excused != excused;
  known.trouble = error.message;
  known.excused = excused && !known.listed;
  const Duration time = clock_.monotonic();
  if (!known.fails_since) known.fails_since = time;
  if (excused) {
    known.fails_since.reset();
    known.deaf.clear();
  } else if (known.deaf.empty() && known.listed && watch.kind != kRolloutApproval &&
             time - *known.fails_since >= kDeafAfter) {
    known.deaf = error.message;
    return error.message + "; no rollout starts or advances until they are heard of again";
  }
  if (!news || error.kind == ErrorKind::kTransient || error.kind == ErrorKind::kTimeout) return "";
  if (watch.kind == kRolloutApproval) return error.message + "; no rollout is approved by one";
  if (known.listed) return error.message + "; those known so far stay in force";
  if (excused) return error.message + "; rollouts go on without any of them";
  return error.message + "; no rollout starts or advances until they can be read";
}

std::vector<PolicyReach> Policies::on_heard(const PolicyWatch& watch) {
  const std::lock_guard lock(mutex_);
  Known& known = watches_[watch];
  known.trouble.clear();
  known.fails_since.reset();
  if (std::exchange(known.deaf, {}).empty()) return {};
  return {{watch.name_space, Policy{}}};
}

std::string Policies::unknown(const std::string& name_space) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [watch, known] : watches_) {
    if (watch.kind == kRolloutApproval) continue;
    if (!watch.name_space.empty() && watch.name_space != name_space) continue;
    if (!known.deaf.empty()) {
      return "nothing starts or advances while a new " + watch.kind +
             " would not be heard: " + printable(known.deaf);
    }
    if (known.listed || known.excused) continue;
    std::string out = "nothing starts or advances before every " + watch.kind + " has been read";
    return known.trouble.empty() ? out : out + ": " + printable(known.trouble);
  }
  return "";
}

std::vector<Policy> Policies::binding(const std::string& name_space,
                                      const std::map<std::string, std::string>& labels) const {
  const std::lock_guard lock(mutex_);
  std::vector<Policy> out;
  for (const auto& [key, entry] : entries_) {
    const std::string& scope = key.second.name_space;
    const bool in_scope = scope.empty() || scope == name_space;
    if (in_scope && selects(entry.policy, labels)) out.push_back(entry.policy);
  }
  return out;
}

std::vector<PolicyReach> Policies::put(const PolicyWatch& watch, const Json& object,
                                       std::int64_t until) {
  const ParsedRolloutPolicy parsed = parse_rollout_policy_json(object, watch.kind);
  const Json& metadata = at_path(object, {"metadata"});
  const Key key{watch.kind, {string_or(metadata, "namespace"), string_or(metadata, "name")}};
  const std::int64_t version = parse_whole(string_or(metadata, "resourceVersion")).value_or(0);
  const auto before = entries_.find(key);
  const std::int64_t known = before == entries_.end() ? 0 : before->second.version;
  if (known > version && known > until) return {};
  Entry entry;
  if (before != entries_.end() && before->second.uid == string_or(metadata, "uid")) {
    entry = before->second;
  }
  entry.uid = string_or(metadata, "uid");
  entry.version = version;
  if (parsed.ok()) {
    entry.policy = entry.last_good.emplace(policy_of(parsed.object));
  } else if (entry.last_good) {
    // Who stops everything is not to be kept from it by a mistake beside that.
    entry.policy = *entry.last_good;
    if (parsed.object.spec.stop) stop_beside_mistake(entry.policy, parsed);
  } else {
    entry.policy = policy_of(parsed.object);
    entry.policy.title = watch.kind + " " + key.second.name;
    if (!parsed.selector_known) entry.policy.match_labels.clear();
    entry.policy.invalid = to_string(parsed.problems);
  }
  settle_status(key, entry, parsed, rollout_policy_status_from_json(at_path(object, {"status"})));
  std::vector<PolicyReach> reached;
  const bool is_same = before != entries_.end() && before->second.policy == entry.policy;
  if (!is_same) {
    if (before != entries_.end()) {
      reached.push_back({key.second.name_space, before->second.policy});
    }
    reached.push_back({key.second.name_space, entry.policy});
  }
  entries_[key] = std::move(entry);
  return reached;
}

void Policies::settle_status(const Key& key, Entry& entry, const ParsedRolloutPolicy& parsed,
                             const RolloutPolicyStatus& shown) {
  const std::int64_t generation = parsed.object.generation;
  Condition ready{"Ready", "True", "InForce", "in force", clock_.now(), generation};
  if (!parsed.ok()) {
    ready.status = "False";
    ready.reason = "PolicyInvalid";
    ready.message =
        to_string(parsed.problems) + (!entry.last_good ? "; all that it selects is held"
                                      : entry.policy.stop && !entry.last_good->stop
                                          ? "; the last good spec stays in force, and the stop"
                                          : "; the last good spec stays in force");
  }
  if (!shown.conditions.empty() && shown.conditions.front().status == ready.status) {
    ready.last_transition_time = shown.conditions.front().last_transition_time;
  }
  entry.wanted = {generation, {ready}};
  owed_.erase(key);
  if (!says_the_same(entry.wanted, shown)) owed_[key] = clock_.now();
}

std::vector<PolicyReach> Policies::remove(const Key& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return {};
  PolicyReach reached{key.second.name_space, std::move(found->second.policy)};
  entries_.erase(found);
  owed_.erase(key);
  return {std::move(reached)};
}

std::optional<PolicyStatusOwed> Policies::take_owed() {
  const std::lock_guard lock(mutex_);
  for (auto owed = owed_.begin(); owed != owed_.end(); ++owed) {
    if (owed->second > clock_.now()) continue;
    const Key key = owed->first;
    owed_.erase(owed);
    return PolicyStatusOwed{policy_path(key.first, key.second) + "/status",
                            entries_.at(key).wanted};
  }
  return std::nullopt;
}

std::optional<TimePoint> Policies::next_due() const {
  const std::lock_guard lock(mutex_);
  std::optional<TimePoint> next;
  for (const auto& [key, due] : owed_) next = std::min(next.value_or(due), due);
  return next;
}

void Policies::not_written(const PolicyStatusOwed& owed) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, entry] : entries_) {
    if (policy_path(key.first, key.second) + "/status" != owed.path) continue;
    owed_.try_emplace(key, clock_.now() + kWriteAgain);
  }
}

}  // namespace freshet
