// Schemas compared as values.
#include "controller/runtime/definition.h"

#include <nlohmann/json.hpp>

namespace freshet {
namespace {

const Json& schema_of_version(const Json& definition, const std::string& version) {
  static const Json kNone;
  const Json& versions = at_path(definition, {"spec", "versions"});
  if (!versions.is_array()) return kNone;
  for (const Json& entry : versions) {
    if (string_or(entry, "name") == version) return at_path(entry, {"schema", "openAPIV3Schema"});
  }
  return kNone;
}

}  // namespace

std::string other_definition(const Json& installed, const Json& own) {
  const std::string version = string_or(at_path(own, {"spec", "versions"}).front(), "name");
  const Json& theirs = schema_of_version(installed, version);
  const Json differences = Json::diff(theirs, schema_of_version(own, version));
  if (differences.empty()) return "";
  const std::string kind = string_or(at_path(own, {"spec", "names"}), "kind");
  return "the cluster's definition of " + kind + " is of another release, first at " + version +
         " " + string_or(differences.front(), "path") +
         ": fields it does not know are dropped; freshet crd | kubectl apply --server-side -f -";
}

}  // namespace freshet
