// What stands around the spec of every kind: apiVersion, kind, metadata.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/cursor.h"
#include "config/rollout_policy.h"
#include "config/types.h"

namespace freshet::config {

// Whether `root` is an object of this kind; the API's list items may leave kind and version out.
// Unknown keys beside the spec are noted.
bool read_envelope(const Cursor& root, const std::string& kind);

// metadata without the parts that Kubernetes knows and that mean nothing here.
Node metadata_of(const Cursor& root, const std::vector<std::string>& passed_over);
inline const std::vector<std::string> kMetadataPassedOver = {
    "managedFields", "ownerReferences", "generateName", "selfLink", "deletionGracePeriodSeconds"};

template <class Object>
void read_metadata(const Cursor& root, const Type<Object>& type, Object& object,
                   const std::vector<std::string>& passed_over = kMetadataPassedOver) {
  const Node metadata = metadata_of(root, passed_over);
  const Node* found = root.node.find("metadata");
  // A newer API server may say more than is known here; a person may not.
  const bool from_api = root.node.line == 0;
  const Cursor at{metadata, "metadata", root.problems, from_api};
  const std::size_t before = root.problems.size();
  type.read(at, object);
  if (object.name.empty() && root.problems.size() == before) {
    const Cursor place = found ? at : root;
    place.fail("metadata.name is missing", "a name");
  }
}

ParsedTrackedService read_tracked_service(const Node& node, std::vector<Problem> problems);
ParsedRolloutPolicy read_rollout_policy(const Node& node, std::string_view kind,
                                        std::vector<Problem> problems);

}  // namespace freshet::config
