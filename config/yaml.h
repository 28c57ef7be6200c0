// Strict YAML: text into nodes with positions. What YAML offers beyond a plain tree is refused.
#pragma once

#include <string_view>
#include <vector>

#include "config/node.h"
#include "config/parse.h"

namespace freshet::config {

struct YamlDocument {
  Node root;
  std::vector<Problem> problems;  // duplicate keys; or the one reason why reading stopped here
  bool readable = true;           // false: root is not to be looked at
};

// All documents of `text` that are not empty. Refused before anything else is looked at: more than
// kMaxDocumentBytes, not UTF-8, control characters; then, where they stand: nesting deeper than
// kMaxJsonDepth, anchors, aliases, explicit !types, merge keys, keys that are not text, duplicate
// keys (all of them at once). After a syntax error nothing more of the text is read.
std::vector<YamlDocument> read_yaml(std::string_view text);

}  // namespace freshet::config
