// Files of the operator's: one YAML document with one list of things that have names.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/object.h"
#include "config/yaml.h"

namespace freshet::config {

// Each problem of `text`, sorted; `into` counts only where there is none.
template <class File>
std::vector<Problem> read_only_document(std::string_view text, std::string_view list,
                                        const Type<File>& type, File& into) {
  std::vector<YamlDocument> documents = read_yaml(text);
  if (documents.size() != 1) {
    Problem problem;
    problem.message = fmt::format("found {} documents", documents.size());
    problem.allowed = fmt::format("one document with {}", list);
    return {std::move(problem)};
  }
  std::vector<Problem> problems = std::move(documents[0].problems);
  if (documents[0].readable) type.read(Cursor{documents[0].root, "", problems}, into);
  sort_problems(problems);
  return problems;
}

template <class Item>
void check_unique_names(const Cursor& at, std::string_view list, const std::vector<Item>& items) {
  std::map<std::string, std::size_t> seen;
  const Node& node = *at.node.find(list);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto [first, fresh] = seen.emplace(items[i].name, i);
    if (fresh) continue;
    at.field(list, node)
        .item(i)
        .fail(fmt::format("name {} is {}[{}]'s already", first->first, list, first->second),
              "each name once");
  }
}

}  // namespace freshet::config
