// What a Service owns: kept as it says while it is there, and taken away after it.
#include <nlohmann/json.hpp>

#include "controller/sandbox/knative.h"
#include "controller/sandbox/metadata.h"

namespace freshet::sandbox {

std::int64_t Knative::put_child(const Kind& kind, Json wanted) {
  const Json& metadata = wanted["metadata"];
  const ObjectKey place{string_or(metadata, "namespace"), string_or(metadata, "name")};
  const Json before = cluster_.store.read(kind, place);
  if (before.is_null()) {
    cluster_.api.stamp(kind, wanted);
    wanted["metadata"]["generation"] = 1;
    cluster_.store.put(kind, place, wanted);
    return 1;
  }
  Json child = before;
  for (const char* field : {"annotations", "labels"}) child["metadata"][field] = metadata[field];
  child["spec"] = wanted["spec"];
  if (child["spec"] != before["spec"]) raise_generation(child);
  if (child != before) cluster_.store.put(kind, place, child);
  return generation_of(child);
}

void Knative::forget(const ServiceKey& key, const std::string& uid) {
  ServiceState* state = find(key);
  if (state == nullptr || state->uid != uid) return;
  for (const auto& [name, revision] : state->revisions) {
    revisions_.remove_pods(key, name);
    cluster_.store.remove(kRevisions, {key.name_space, name});
  }
  cluster_.store.remove(kConfigurations, to_object_key(key));
  cluster_.store.remove(kRoutes, to_object_key(key));
  cluster_.users.remove_service(key, cluster_.agenda.now());
  services_.erase(key);
  Json next = cluster_.store.read(kServices, to_object_key(key));
  if (next.is_null()) return;
  if (uid_of(next) != uid) {
    reconcile(key);  // made again under the same name
    return;
  }
  Json others = Json::array();  // what it owned is gone; somebody else may hold it up
  for (const Json& finalizer : finalizers_of(next)) {
    if (finalizer != kForegroundDeletion) others.push_back(finalizer);
  }
  next["metadata"]["finalizers"] = std::move(others);
  cluster_.store.put(kServices, to_object_key(key), next);
  cluster_.api.remove(kServices, to_object_key(key));
}

}  // namespace freshet::sandbox
