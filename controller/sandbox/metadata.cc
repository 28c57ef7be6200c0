// Metadata of Kubernetes objects.
#include "controller/sandbox/metadata.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace freshet::sandbox {

std::string uid_of(const Json& object) { return string_or(at_path(object, {"metadata"}), "uid"); }

std::int64_t generation_of(const Json& object) {
  return int_or(at_path(object, {"metadata"}), "generation", 0);
}

bool is_deleting(const Json& object) {
  return !string_or(at_path(object, {"metadata"}), "deletionTimestamp").empty();
}

const Json& finalizers_of(const Json& object) {
  static const Json kNone = Json::array();
  const Json& finalizers = at_path(object, {"metadata", "finalizers"});
  return finalizers.is_array() ? finalizers : kNone;
}

bool has_finalizer(const Json& object, std::string_view name) {
  return std::ranges::any_of(finalizers_of(object), [&](const Json& one) { return one == name; });
}

bool is_finished(const Json& object) {
  return is_deleting(object) && finalizers_of(object).empty() &&
         at_path(object, {"spec", "finalizers"}).empty();
}

void raise_generation(Json& object) {
  const Json& metadata = at_path(object, {"metadata"});
  object["metadata"]["generation"] = int_or(metadata, "generation", 1) + 1;
}

void keep_server_fields(const Json& old, Json& object) {
  for (const char* field : {"uid", "creationTimestamp", "generation", "deletionTimestamp",
                            "deletionGracePeriodSeconds"}) {
    const Json& value = at_path(old, {"metadata", field});
    if (value.is_null()) {
      object["metadata"].erase(field);
    } else {
      object["metadata"][field] = value;
    }
  }
}

}  // namespace freshet::sandbox
