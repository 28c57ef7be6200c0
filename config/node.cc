// Node: making, converting from and to JSON, naming.
#include "config/node.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace freshet::config {
namespace {

Node scalar(Node::Kind kind, std::string text) {
  Node node;
  node.kind = kind;
  node.text = std::move(text);
  return node;
}

Node from_json(const Json& value, int depth) {
  if (depth > kMaxJsonDepth) return Node{};
  switch (value.type()) {
    case Json::value_t::boolean: return flag_node(value.get<bool>());
    case Json::value_t::number_integer: return whole_node(value.get<std::int64_t>());
    case Json::value_t::number_unsigned:
      return scalar(Node::Kind::kWhole, std::to_string(value.get<std::uint64_t>()));
    case Json::value_t::number_float: return number_node(value.get<double>());
    case Json::value_t::string: return text_node(value.get_ref<const std::string&>());
    case Json::value_t::array: {
      Node list = list_node();
      list.items.reserve(value.size());
      for (const Json& item : value) list.items.push_back(from_json(item, depth + 1));
      return list;
    }
    case Json::value_t::object: {
      Node map = map_node();
      map.entries.reserve(value.size());
      for (const auto& [key, item] : value.get_ref<const Json::object_t&>()) {
        add_entry(map, key, from_json(item, depth + 1));
      }
      return map;
    }
    default: return Node{};
  }
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const NodeEntry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Node text_node(std::string_view text) { return scalar(Node::Kind::kText, std::string(text)); }
Node flag_node(bool value) { return scalar(Node::Kind::kFlag, value ? "true" : "false"); }
Node whole_node(std::int64_t value) { return scalar(Node::Kind::kWhole, std::to_string(value)); }
Node number_node(double value) {
  if (!std::isfinite(value)) return Node{};  // as JSON has it
  if (value == std::trunc(value) && std::abs(value) < 1e15) {
    return whole_node(static_cast<std::int64_t>(value));
  }
  return scalar(Node::Kind::kNumber, fmt::format("{}", value));
}
Node map_node() { return scalar(Node::Kind::kMap, ""); }
Node list_node() { return scalar(Node::Kind::kList, ""); }
void add_entry(Node& map, std::string_view key, Node value) {
  map.entries.push_back(NodeEntry{std::string(key), 0, 0, std::move(value)});
}

Node node_from_json(const Json& value) { return from_json(value, 0); }

Json node_to_json(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull: return nullptr;
    case Node::Kind::kFlag: return node.text == "true";
    case Node::Kind::kWhole:
    case Node::Kind::kNumber: return Json::parse(node.text, nullptr, false);
    case Node::Kind::kText:
    case Node::Kind::kUnclear: return node.text;
    case Node::Kind::kList: {
      Json list = Json::array();
      for (const Node& item : node.items) list.push_back(node_to_json(item));
      return list;
    }
    case Node::Kind::kMap: {
      Json map = Json::object();
      for (const NodeEntry& entry : node.entries) map[entry.key] = node_to_json(entry.value);
      return map;
    }
  }
  return nullptr;
}

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull: return "nothing";
    case Node::Kind::kList: return "a list";
    case Node::Kind::kMap: return "a mapping";
    case Node::Kind::kText: return "\"" + printable(node.text, 60) + "\"";
    default: return printable(node.text, 60);
  }
}

}  // namespace freshet::config
