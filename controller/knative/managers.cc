// Which other tools own a Service.
#include "controller/knative/managers.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace freshet {

namespace {

struct Sign {
  const char* tool;
  const char* key;  // of an annotation or label; a trailing '/' means any with this prefix
};
constexpr std::array<Sign, 6> kSigns = {{
    {"Flagger", "flagger.app/primary-revision"},
    {"Argo CD", "argocd.argoproj.io/tracking-id"},
    {"Argo CD", "argocd.argoproj.io/instance"},
    {"Flux", "kustomize.toolkit.fluxcd.io/"},
    {"Flux", "helm.toolkit.fluxcd.io/"},
    {"Flagger", "flagger.app/"},
}};

struct ManagerName {
  const char* tool;
  const char* part;  // of a managedFields[].manager, lower case
};
// Not Flagger: without its annotation it writes nothing, and the fields it once wrote stay its own.
constexpr std::array<ManagerName, 3> kManagerNames = {{
    {"Argo CD", "argocd"},
    {"Flux", "kustomize-controller"},
    {"Flux", "helm-controller"},
}};

void add(Managers& managers, const std::string& tool) {
  auto& names = managers.names;
  if (std::find(names.begin(), names.end(), tool) == names.end()) names.push_back(tool);
}

void by_signs(Managers& managers, const Json& map) {
  if (!map.is_object()) return;
  for (const auto& [name, unused] : map.items()) {
    for (const Sign& sign : kSigns) {
      const std::string_view key = sign.key;
      if (key.ends_with('/') ? name.starts_with(key) : name == key) add(managers, sign.tool);
    }
  }
}

}  // namespace

Managers find_managers(const Json& service) {
  Managers managers;
  const Json& metadata = at_path(service, {"metadata"});
  by_signs(managers, at_path(metadata, {"annotations"}));
  by_signs(managers, at_path(metadata, {"labels"}));
  const Json& fields = at_path(metadata, {"managedFields"});
  if (!fields.is_array()) return managers;
  for (const Json& entry : fields) {
    const std::string manager = to_lower(string_or(entry, "manager"));
    for (const ManagerName& known : kManagerNames) {
      if (manager.find(known.part) == std::string::npos) continue;
      add(managers, known.tool);
      const Json& spec = at_path(entry, {"fieldsV1", "f:spec"});
      if (spec.is_object() && spec.contains("f:traffic")) managers.own_traffic = true;
    }
  }
  return managers;
}

}  // namespace freshet
