// Node: a document as a tree that remembers where each value stood and how it was written.
// YAML that a person wrote and JSON that the API sent both become nodes, so that one parser reads
// both; what is printed becomes nodes first, so that one printer writes both.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace freshet::config {

struct NodeEntry;

struct Node {
  enum class Kind {
    kNull,
    kFlag,    // true, false
    kWhole,   // -12
    kNumber,  // 0.001
    kText,
    kUnclear,  // a plain YAML word that some reader takes for something else: yes, 010, 1:30
    kList,
    kMap,
  };
  Kind kind = Kind::kNull;
  int line = 0;  // 1-based; 0: the source has no lines
  int column = 0;
  std::string text;                // a scalar as it was written
  std::vector<Node> items;         // kList
  std::vector<NodeEntry> entries;  // kMap, in written order, keys unique

  const Node* find(std::string_view key) const;  // kMap: the value, or nullptr
  bool is_scalar() const { return kind != Kind::kList && kind != Kind::kMap; }
};

struct NodeEntry {
  std::string key;
  int line = 0;
  int column = 0;
  Node value;
};

Node text_node(std::string_view text);
Node flag_node(bool value);
Node whole_node(std::int64_t value);
Node number_node(double value);  // shortest text that reads back as the same value
Node map_node();
Node list_node();
void add_entry(Node& map, std::string_view key, Node value);

Node node_from_json(const Json& value);  // deeper than kMaxJsonDepth: cut to null
Json node_to_json(const Node& node);
// Block YAML. Text that any YAML reader could take for something else is quoted.
std::string node_to_yaml(const Node& node);
std::string node_to_flow(const Node& node);  // one line: [1, 5, 20, 50]

// What a plain (unquoted) YAML scalar is, under the strictest reading of YAML 1.1 and 1.2.
Node::Kind plain_scalar_kind(std::string_view text);
// "the whole number 5", "the list", "\"abc\"": how a message names what was found.
std::string describe(const Node& node);

}  // namespace freshet::config
