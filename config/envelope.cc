// What stands around the spec of every kind.
#include "config/envelope.h"

#include <algorithm>

#include "config/fields.h"

namespace freshet::config {
namespace {

const std::vector<std::string>& envelope_keys() {
  static const std::vector<std::string> keys = {"apiVersion", "kind", "metadata", "spec", "status"};
  return keys;
}

// Whether `key` is `expected`; the API's list items may leave it out.
bool is_constant(const Cursor& root, const std::string& key, const std::string& expected) {
  const Node* value = root.node.find(key);
  const bool from_api = root.node.line == 0;
  if (!value && from_api) return true;
  if (!value) return root.fail(key + " is missing", expected);
  if (value->kind == Node::Kind::kText && value->text == expected) return true;
  return root.field(key, *value).refuse(expected);
}

}  // namespace

bool read_envelope(const Cursor& root, const std::string& kind) {
  if (root.node.kind != Node::Kind::kMap) return root.refuse("a " + kind);
  if (!is_constant(root, "kind", kind) || !is_constant(root, "apiVersion", kApiVersion)) {
    return false;
  }
  for (const NodeEntry& entry : root.node.entries) {
    const auto& keys = envelope_keys();
    if (std::find(keys.begin(), keys.end(), entry.key) == keys.end()) root.unknown(entry, keys);
  }
  return true;
}

Node metadata_of(const Cursor& root, const std::vector<std::string>& passed_over) {
  const Node* found = root.node.find("metadata");
  Node metadata = found ? *found : map_node();
  std::erase_if(metadata.entries, [&](const NodeEntry& entry) {
    return entry.value.kind == Node::Kind::kNull ||
           std::find(passed_over.begin(), passed_over.end(), entry.key) != passed_over.end();
  });
  return metadata;
}

}  // namespace freshet::config
