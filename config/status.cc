// The status codec: the description of its fields, read leniently.
#include "config/status.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/fields.h"

namespace freshet {

using namespace config;  // the descriptions

const SeenDigest* find_seen(const SeenTag& tag, std::string_view digest) {
  const auto found = std::ranges::find(tag.digests, digest, &SeenDigest::digest);
  return found == tag.digests.end() ? nullptr : &*found;
}

const SeenDigest* named_by(const SeenTag& tag) {
  if (tag.digests.empty()) return nullptr;
  const SeenDigest* named = find_seen(tag, tag.names);
  return named == nullptr ? &tag.digests.front() : named;
}

Json status_to_json(const TrackedServiceStatus& status) {
  return node_to_json(status_type().print(status));
}

TrackedServiceStatus status_from_json(const Json& object) {
  TrackedServiceStatus status;
  std::vector<Problem> unused;
  const Node root = node_from_json(object);
  status_type().read(Cursor{root, "status", unused, true}, status);
  return status;
}

}  // namespace freshet
