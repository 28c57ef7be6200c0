// Reading and printing a TrackedService: the envelope around what the descriptions know.
#include "config/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/envelope.h"
#include "config/fields.h"
#include "config/yaml.h"

namespace freshet {

using namespace config;  // the descriptions
namespace {

inline constexpr std::size_t kMaxHostLabel = 63;  // "<tag>-<service>" is one label of a host name

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

}  // namespace

ParsedTrackedService config::read_tracked_service(const Node& node, std::vector<Problem> problems) {
  ParsedTrackedService parsed;
  const Cursor root{node, "", problems};
  if (read_envelope(root, kKind)) {
    read_metadata(root, metadata_type(), parsed.object);
    if (const Node* spec = node.find("spec")) {
      spec_type().read(root.field("spec", *spec), parsed.object.spec);
    }
    if (problems.empty()) check_service_name(root, parsed.object);
  }
  sort_problems(problems);
  parsed.problems = std::move(problems);
  return parsed;
}

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

std::string to_string(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) text += (text.empty() ? "" : "; ") + to_string(problem);
  return text;
}

std::vector<ParsedTrackedService> parse_tracked_services_yaml(std::string_view text) {
  std::vector<ParsedTrackedService> all;
  for (YamlDocument& document : read_yaml(text)) {
    if (document.readable) {
      all.push_back(read_tracked_service(document.root, std::move(document.problems)));
    } else {
      all.emplace_back().problems = std::move(document.problems);
    }
  }
  return all;
}

ParsedTrackedService parse_tracked_service_json(const Json& object) {
  return read_tracked_service(node_from_json(object), {});
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
