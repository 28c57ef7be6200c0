// What the watches have told so far.
#include "controller/runtime/cache.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/relapse.h"
#include "base/text.h"
#include "controller/knative/views.h"
#include "controller/runtime/urgency.h"

namespace freshet {

namespace {

constexpr std::string_view kServiceLabel = "serving.knative.dev/service";

std::int64_t version_of(const std::string& resource_version) {
  return parse_whole(resource_version).value_or(0);
}

const Json& metadata_of(const Json& object) { return at_path(object, {"metadata"}); }

std::int64_t version_of(const Json& object) {
  return version_of(string_or(metadata_of(object), "resourceVersion"));
}

bool stays(std::int64_t known, std::int64_t offered, std::int64_t until) {
  return known > offered && known > until;
}

ServiceKey key_of(const Json& object) {
  return {string_or(metadata_of(object), "namespace"), string_or(metadata_of(object), "name")};
}

ServiceKey service_of_revision(const Json& object) {
  const Json& labels = at_path(object, {"metadata", "labels"});
  return {string_or(metadata_of(object), "namespace"), string_or(labels, kServiceLabel)};
}

// A pass over what only status was written of would find nothing to do: most events of
// TrackedServices are the echo of what a pass has just written. A command goes once it is answered.
bool asks_for_a_pass(const CachedTracked& before, CachedTracked& now) {
  if (!now.problems.empty() || holds_commands(now.object.annotations)) return true;
  const std::string version =
      std::exchange(now.object.resource_version, before.object.resource_version);
  const bool is_same = now.object == before.object && before.problems.empty();
  now.object.resource_version = version;
  return !is_same;
}

}  // namespace

std::vector<ServiceKey> Cache::tracker_keys(const ServiceKey& service) const {
  std::vector<ServiceKey> keys;
  const auto found = trackers_.find(service);
  if (found == trackers_.end()) return keys;
  for (const std::string& name : found->second) keys.push_back({service.name_space, name});
  return keys;
}

std::vector<ServiceKey> Cache::put(Kind kind, const Json& object) {
  return put_read(kind, object, 0);
}

std::vector<ServiceKey> Cache::put_read(Kind kind, const Json& object, std::int64_t until) {
  switch (kind) {
    case Kind::kTrackedService: return put_tracked(object, until);
    case Kind::kService: return put_service(object, until);
    case Kind::kRevision: return put_revision(object, until);
  }
  return {};
}

bool Cache::knows(Kind kind, const Json& object) const {
  const ServiceKey key = key_of(object);
  const std::string version = string_or(metadata_of(object), "resourceVersion");
  const std::lock_guard lock(mutex_);
  if (kind == Kind::kTrackedService) {
    const auto found = tracked_.find(key);
    return found != tracked_.end() && found->second.object.resource_version == version;
  }
  if (kind == Kind::kService) {
    const auto found = services_.find(key);
    return found != services_.end() && found->second.resource_version == version;
  }
  const auto found = revisions_.find(service_of_revision(object));
  if (found == revisions_.end()) return false;
  const auto known = found->second.versions.find(RevisionName(key.name));
  return known != found->second.versions.end() && known->second == version_of(version);
}

std::vector<ServiceKey> Cache::put_listed(Kind kind, const Json& object, std::int64_t until) {
  return knows(kind, object) ? std::vector<ServiceKey>() : put_read(kind, object, until);
}

std::vector<ServiceKey> Cache::remove(Kind kind, const Json& object) {
  switch (kind) {
    case Kind::kTrackedService: return remove_tracked(key_of(object));
    case Kind::kService: return remove_service(key_of(object));
    case Kind::kRevision:
      return remove_revision(service_of_revision(object), RevisionName(key_of(object).name));
  }
  return {};
}

std::vector<ServiceKey> Cache::keep_only(Kind kind, const std::string& name_space,
                                         const std::set<std::string>& present) {
  const auto is_gone = [&](const ServiceKey& key) {
    const bool within = name_space.empty() || key.name_space == name_space;
    return within && !present.contains(to_string(key));
  };
  std::vector<ServiceKey> gone;
  std::vector<std::pair<ServiceKey, RevisionName>> gone_revisions;
  {
    const std::lock_guard lock(mutex_);
    const auto note = [&](const auto& known) {
      for (const auto& [key, unused] : known) {
        if (is_gone(key)) gone.push_back(key);
      }
    };
    if (kind == Kind::kTrackedService) note(tracked_);
    if (kind == Kind::kService) note(services_);
    if (kind == Kind::kService) note(problems_);
    if (kind == Kind::kRevision) {
      for (const auto& [service, revisions] : revisions_) {
        for (const auto& [name, unused] : revisions.views) {
          if (is_gone({service.name_space, name.get()})) gone_revisions.emplace_back(service, name);
        }
      }
    }
  }
  std::vector<ServiceKey> concerned;
  const auto add = [&concerned](const std::vector<ServiceKey>& more) {
    concerned.insert(concerned.end(), more.begin(), more.end());
  };
  for (const ServiceKey& key : gone) {
    add(kind == Kind::kTrackedService ? remove_tracked(key) : remove_service(key));
  }
  for (const auto& [service, name] : gone_revisions) add(remove_revision(service, name));
  return concerned;
}

std::vector<ServiceKey> Cache::put_tracked(const Json& object, std::int64_t until) {
  const ServiceKey key = key_of(object);
  ParsedTrackedService parsed = parse_tracked_service_json(object);
  if (relapsed(Relapse::kPoisonObject) && !parsed.problems.empty()) throw std::bad_variant_access();
  // What cannot be told from a bad spec is taken from the metadata, so that the answer finds it.
  parsed.object.name = key.name;
  parsed.object.name_space = key.name_space;
  if (parsed.object.spec.service.empty()) parsed.object.spec.service = key.name;
  std::erase_if(parsed.object.annotations,
                [](const auto& entry) { return !entry.first.starts_with(kAnnotationPrefix); });
  const Json& status = at_path(object, {"status"});
  CachedTracked entry{std::move(parsed.object), std::move(parsed.problems), nullptr,
                      string_or(status, "core")};

  const std::lock_guard lock(mutex_);
  std::vector<ServiceKey> concerned = {key};
  const auto old = tracked_.find(key);
  const bool is_same = old != tracked_.end() && old->second.object.uid == entry.object.uid;
  if (is_same && !entry.problems.empty()) {
    const CachedTracked& before = old->second;
    entry.last_good_spec = before.problems.empty()
                               ? std::make_shared<const TrackedServiceSpec>(before.object.spec)
                               : before.last_good_spec;
  }
  if (old != tracked_.end()) {
    const std::string& version = old->second.object.resource_version;
    if (stays(version_of(version), version_of(object), until)) return {};
    const ServiceKey before = old->second.service();
    if (before != entry.service()) {
      const ServiceView* tracked_before = known(before);
      trackers_[before].erase(key.name);
      if (!is_tracked(before)) cores_.change(before, tracked_before, nullptr);
      concerned = tracker_keys(before);
      concerned.push_back(key);
    }
  }
  const bool always = relapsed(Relapse::kHotLoop);
  if (is_same && !always && !asks_for_a_pass(old->second, entry)) concerned.clear();
  if (!is_same || untaken_.contains(key)) {
    const TrackedServiceStatus& kept = untaken_[key] = status_from_json(status);
    if (on_tags_) on_tags_(kept.tags);
  }
  const bool is_first = !is_tracked(entry.service());
  trackers_[entry.service()].insert(key.name);
  if (is_first) cores_.change(entry.service(), nullptr, known(entry.service()));
  tracked_[key] = std::move(entry);
  return concerned;
}

std::vector<ServiceKey> Cache::put_service(const Json& object, std::int64_t until) {
  const ServiceKey key = key_of(object);
  auto view = service_view(object);
  const std::lock_guard lock(mutex_);
  if (!view) {
    problems_[key] = view.error().message;
    return tracker_keys(key);
  }
  problems_.erase(key);
  const auto old = services_.find(key);
  if (old != services_.end() &&
      stays(version_of(old->second.resource_version), version_of(view->resource_version), until)) {
    return {};
  }
  const Priority priority = priority_of(core_of(*view));
  priorities_[key] = priority;
  if (priority == Priority::kRest) priorities_.erase(key);
  if (is_tracked(key)) cores_.change(key, known(key), &*view, is_left(key));
  services_[key] = *std::move(view);
  return tracker_keys(key);
}

std::vector<ServiceKey> Cache::put_revision(const Json& object, std::int64_t until) {
  const ServiceKey service = service_of_revision(object);
  auto view = revision_view(object);
  // A Revision that cannot be read is as one that is not there: it is never given traffic.
  if (!view || service.name.empty()) return {};
  const std::lock_guard lock(mutex_);
  Revisions& known = revisions_[service];
  const std::int64_t version = version_of(object);
  if (stays(known.versions[view->name], version, until)) return {};
  known.versions[view->name] = version;
  known.views[view->name] = *std::move(view);
  return tracker_keys(service);
}

std::vector<ServiceKey> Cache::remove_tracked(const ServiceKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = tracked_.find(key);
  if (found == tracked_.end()) return {key};
  const ServiceKey service = found->second.service();
  tracked_.erase(found);
  untaken_.erase(key);
  const auto trackers = trackers_.find(service);
  const ServiceView* view = known(service);
  trackers->second.erase(key.name);
  if (!is_tracked(service)) cores_.change(service, view, nullptr);
  if (trackers->second.empty()) trackers_.erase(trackers);
  std::vector<ServiceKey> concerned = tracker_keys(service);
  concerned.push_back(key);
  return concerned;
}

std::vector<ServiceKey> Cache::remove_service(const ServiceKey& key) {
  const std::lock_guard lock(mutex_);
  cores_.change(key, known(key), nullptr);
  services_.erase(key);
  priorities_.erase(key);
  problems_.erase(key);
  return tracker_keys(key);
}

std::vector<ServiceKey> Cache::remove_revision(const ServiceKey& service,
                                               const RevisionName& name) {
  const std::lock_guard lock(mutex_);
  const auto found = revisions_.find(service);
  if (found == revisions_.end()) return {};
  found->second.views.erase(name);
  found->second.versions.erase(name);
  if (found->second.views.empty()) revisions_.erase(found);
  return tracker_keys(service);
}

}  // namespace freshet
