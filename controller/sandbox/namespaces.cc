// The end of a namespace.
#include "controller/sandbox/namespaces.h"

#include <nlohmann/json.hpp>

#include "controller/sandbox/metadata.h"

namespace freshet::sandbox {
namespace {

constexpr Duration kSweepEvery = seconds(1);

}  // namespace

Allowed<void> Namespaces::admit(const Json& old, Json& object) {
  if (!old.is_null()) return {};
  object["spec"]["finalizers"] = Json::array({"kubernetes"});
  object["status"] = {{"phase", "Active"}};
  return {};
}

void Namespaces::written(const ObjectKey& key, const Json& old, const Json& now) {
  if (old.is_null()) give_default_account(key.name);
  if (now.is_null() || !is_deleting(now) || is_deleting(old)) return;
  Json object = now;
  object["status"]["phase"] = "Terminating";
  store_.put(kNamespaces, key, object);
  const std::string uid = uid_of(object);
  agenda_.after(kSweepEvery, [this, key, uid] { sweep(key, uid); });
}

// Every namespace has one from the beginning.
void Namespaces::give_default_account(const std::string& name) {
  Json account = {
      {"apiVersion", "v1"},
      {"kind", "ServiceAccount"},
      {"metadata",
       {{"name", "default"},
        {"namespace", name},
        {"uid", "default-account-of-" + name},
        {"creationTimestamp", format_rfc3339(std::chrono::floor<seconds>(agenda_.now()))}}}};
  store_.put(kServiceAccounts, {name, "default"}, account);
}

// Again and again, since what has finalizers stays until somebody takes them away.
void Namespaces::sweep(const ObjectKey& key, const std::string& uid) {
  Json object = store_.read(kNamespaces, key);
  if (uid_of(object) != uid) return;
  bool is_empty = true;
  for (const Kind* kind : all_kinds()) {
    if (!kind->is_namespaced) continue;
    std::vector<ObjectKey> inside;
    for (const auto& [place, content] : store_.all(*kind)) {
      if (place.name_space == key.name) inside.push_back(place);
    }
    is_empty = is_empty && inside.empty();
    for (const ObjectKey& place : inside) api_.remove(*kind, place);
  }
  if (!is_empty) {
    agenda_.after(kSweepEvery, [this, key, uid] { sweep(key, uid); });
    return;
  }
  object["spec"].erase("finalizers");
  store_.put(kNamespaces, key, object);
  api_.remove(kNamespaces, key);
}

}  // namespace freshet::sandbox
