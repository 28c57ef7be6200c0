// Cursor: where a reader stands in a document, and where it notes what is wrong there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/node.h"
#include "config/parse.h"

namespace freshet::config {

struct Cursor {
  const Node& node;
  std::string_view name;  // of a field; without a parent the whole path; of an item nothing
  std::vector<Problem>& problems;
  bool lenient = false;  // unknown fields are skipped, elements that cannot be read left out
  const Cursor* parent = nullptr;
  std::size_t index = 0;  // of an item

  // For as long as this one and the name are there.
  Cursor field(std::string_view field_name, const Node& value) const;
  Cursor item(std::size_t item_index) const;  // node.items[item_index]
  std::string path() const;  // "spec.rollout.steps[2]": put together when asked for

  // Notes one problem at this node and returns false. At most kMaxProblems are kept.
  bool fail(std::string message, std::string allowed = "", std::string nearest = "") const;
  // "found 5" with what would have been allowed; the usual complaint about a value.
  bool refuse(std::string allowed, std::string nearest = "") const;
  // A key that no field has.
  bool unknown(const NodeEntry& entry, const std::vector<std::string>& known) const;
};

}  // namespace freshet::config
