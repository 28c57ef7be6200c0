// Cursor: paths and problems.
#include "config/cursor.h"

#include <fmt/format.h>

#include "base/text.h"

namespace freshet::config {
namespace {

std::string child(const std::string& path, std::string_view name) {
  return path.empty() ? printable(name, 60) : path + "." + printable(name, 60);
}

// The last one kept says that there are more.
bool note(std::vector<Problem>& problems, Problem problem) {
  if (problems.size() + 1 == kMaxProblems) {
    problem = Problem{};
    problem.message = fmt::format("more than {} problems; the rest is not listed", kMaxProblems);
  }
  if (problems.size() < kMaxProblems) problems.push_back(std::move(problem));
  return false;
}

}  // namespace

Cursor Cursor::field(std::string_view field_name, const Node& value) const {
  return Cursor{value, field_name, problems, lenient, this, 0};
}

Cursor Cursor::item(std::size_t item_index) const {
  return Cursor{node.items[item_index], "", problems, lenient, this, item_index};
}

std::string Cursor::path() const {
  if (parent == nullptr) return std::string(name);
  if (parent->node.kind == Node::Kind::kList) return fmt::format("{}[{}]", parent->path(), index);
  return child(parent->path(), name);
}

bool Cursor::fail(std::string message, std::string allowed, std::string nearest) const {
  const bool has_found = node.is_scalar() && node.kind != Node::Kind::kNull;
  return note(problems, Problem{path(), node.line, node.column, std::move(message),
                                has_found ? printable(node.text, 60) : "", std::move(allowed),
                                std::move(nearest)});
}

bool Cursor::refuse(std::string allowed, std::string nearest) const {
  return fail("found " + describe(node), std::move(allowed), std::move(nearest));
}

bool Cursor::unknown(const NodeEntry& entry, const std::vector<std::string>& known) const {
  if (problems.size() >= kMaxProblems) return false;
  const std::string key = printable(entry.key, 60);
  return note(problems,
              Problem{child(path(), entry.key), entry.line, entry.column, "unknown field " + key,
                      key, join(known, ", "), freshet::nearest(key, known).value_or("")});
}

}  // namespace freshet::config
