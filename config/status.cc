// The status codec: the description of its fields, read leniently.
#include "config/status.h"

#include <nlohmann/json.hpp>

#include "config/fields.h"

namespace freshet {

using namespace config;  // the descriptions

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
