// Reading and printing a TrackedService: the envelope around what the descriptions know.
#include "config/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/fields.h"
#include "config/yaml.h"

namespace freshet {

using namespace config;  // the descriptions
namespace {

inline constexpr std::size_t kMaxHostLabel = 63;  // "<tag>-<service>" is one label of a host name

const std::vector<std::string>& envelope_keys() {
  static const std::vector<std::string> keys = {"apiVersion", "kind", "metadata", "spec", "status"};
  return keys;
}

// Parts of metadata that Kubernetes knows and that mean nothing here.
bool is_passed_over(const NodeEntry& entry) {
  static constexpr std::array<std::string_view, 6> kOthers = {
      "labels",       "managedFields", "ownerReferences",
      "generateName", "selfLink",      "deletionGracePeriodSeconds"};
  return entry.value.kind == Node::Kind::kNull ||
         std::find(kOthers.begin(), kOthers.end(), entry.key) != kOthers.end();
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

void read_metadata(const Cursor& root, TrackedService& object) {
  const Node* found = root.node.find("metadata");
  Node metadata = found ? *found : map_node();
  std::erase_if(metadata.entries, is_passed_over);
  // A newer API server may say more than is known here; a person may not.
  const bool from_api = root.node.line == 0;
  const Cursor at{metadata, "metadata", root.problems, from_api};
  const std::size_t before = root.problems.size();
  metadata_type().read(at, object);
  if (object.name.empty() && root.problems.size() == before) {
    const Cursor place = found ? at : root;
    place.fail("metadata.name is missing", "a name");
  }
}

void check_service_name(const Cursor& root, TrackedService& object) {
  const Node empty = map_node();
  const Node* spec = root.node.find("spec");
  const Cursor at{spec ? *spec : root.node, "spec.service", root.problems};
  if (object.spec.service.empty()) object.spec.service = object.name;
  const std::string& service = object.spec.service;
  if (service.size() > kMaxHostLabel || service.find('.') != std::string::npos ||
      (!service.empty() && service.front() >= '0' && service.front() <= '9')) {
    at.fail(fmt::format("missing, and metadata.name {} cannot be a Service's name", service),
            "a Knative Service's name");
    return;
  }
  const std::string host = object.spec.rollout.tag + "-" + service;
  if (host.size() <= kMaxHostLabel) return;
  Cursor{at.node, "spec.rollout.tag", root.problems}.fail(
      fmt::format("the tag's host name {} has {} characters", host, host.size()),
      fmt::format("tag and service of at most {} characters together", kMaxHostLabel - 1));
}

ParsedTrackedService read_object(const Node& node, std::vector<Problem> problems) {
  ParsedTrackedService parsed;
  const Cursor root{node, "", problems};
  if (node.kind != Node::Kind::kMap) {
    root.refuse("a TrackedService");
  } else if (is_constant(root, "kind", kKind) && is_constant(root, "apiVersion", kApiVersion)) {
    for (const NodeEntry& entry : node.entries) {
      const auto& keys = envelope_keys();
      if (std::find(keys.begin(), keys.end(), entry.key) == keys.end()) root.unknown(entry, keys);
    }
    read_metadata(root, parsed.object);
    if (const Node* spec = node.find("spec")) {
      spec_type().read(root.field("spec", *spec), parsed.object.spec);
    }
    if (problems.empty()) check_service_name(root, parsed.object);
  }
  sort_problems(problems);
  parsed.problems = std::move(problems);
  return parsed;
}

}  // namespace

void sort_problems(std::vector<Problem>& problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
}

std::string complaint(const Problem& problem) {
  if (!problem.nearest.empty()) {
    return fmt::format("{}; did you mean {}?", problem.message, problem.nearest);
  }
  if (problem.allowed.empty()) return problem.message;
  return problem.message + "; allowed: " + problem.allowed;
}

std::string to_string(const Problem& problem) {
  std::string place;
  if (problem.line > 0) place = fmt::format("line {}, column {}", problem.line, problem.column);
  if (!problem.path.empty()) {
    place = place.empty() ? problem.path : fmt::format("{} ({})", problem.path, place);
  }
  return place.empty() ? complaint(problem) : place + ": " + complaint(problem);
}

std::vector<ParsedTrackedService> parse_tracked_services_yaml(std::string_view text) {
  std::vector<ParsedTrackedService> all;
  for (YamlDocument& document : read_yaml(text)) {
    if (document.readable) {
      all.push_back(read_object(document.root, std::move(document.problems)));
    } else {
      all.emplace_back().problems = std::move(document.problems);
    }
  }
  return all;
}

ParsedTrackedService parse_tracked_service_json(const Json& object) {
  return read_object(node_from_json(object), {});
}

Json to_json(const TrackedService& object) {
  TrackedService written = object;
  if (written.spec.service == written.name) written.spec.service.clear();
  Node root = map_node();
  add_entry(root, "apiVersion", text_node(kApiVersion));
  add_entry(root, "kind", text_node(kKind));
  add_entry(root, "metadata", metadata_type().print(written));
  add_entry(root, "spec", spec_type().print(written.spec));
  return node_to_json(root);
}

std::string to_yaml(const Json& value) { return node_to_yaml(node_from_json(value)); }

}  // namespace freshet
