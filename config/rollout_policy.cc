// Reading and printing policies.
#include "config/rollout_policy.h"

#include <nlohmann/json.hpp>

#include "config/envelope.h"
#include "config/fields.h"

namespace freshet {

using namespace config;  // the descriptions
namespace {

const std::vector<std::string>& passed_over_of_policy() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> all = kMetadataPassedOver;
    for (const char* more :
         {"labels", "annotations", "finalizers", "creationTimestamp", "deletionTimestamp"}) {
      all.emplace_back(more);
    }
    return all;
  }();
  return keys;
}

// One field of a spec that is not understood as a whole, if that much of it is.
bool read_alone(const Node& node, const char* field, RolloutPolicySpec& spec) {
  const Node* found = node.find("spec");
  if (!found || found->kind != Node::Kind::kMap) return false;
  const Node* value = found->find(field);
  Node alone = map_node();
  if (value) add_entry(alone, field, *value);
  std::vector<Problem> unused;
  return policy_spec_type().read(Cursor{alone, "spec", unused}, spec);
}

}  // namespace

ParsedRolloutPolicy config::read_rollout_policy(const Node& node, std::string_view kind,
                                                std::vector<Problem> problems) {
  ParsedRolloutPolicy parsed;
  parsed.object.kind = kind;
  const Cursor root{node, "", problems};
  if (read_envelope(root, parsed.object.kind)) {
    read_metadata(root, policy_metadata_type(), parsed.object, passed_over_of_policy());
    if (kind == kClusterRolloutPolicy && !parsed.object.name_space.empty()) {
      root.fail("a ClusterRolloutPolicy has no namespace", "no metadata.namespace");
    }
    if (const Node* spec = node.find("spec")) {
      policy_spec_type().read(root.field("spec", *spec), parsed.object.spec);
    }
  }
  if (!problems.empty()) {
    parsed.object.spec = {};
    read_alone(node, "stop", parsed.object.spec);
  }
  parsed.selector_known = problems.empty() || read_alone(node, "selector", parsed.object.spec);
  sort_problems(problems);
  parsed.problems = std::move(problems);
  return parsed;
}

ParsedRolloutPolicy parse_rollout_policy_json(const Json& object, std::string_view kind) {
  return read_rollout_policy(node_from_json(object), kind, {});
}

Json to_json(const RolloutPolicy& policy) {
  Node root = map_node();
  add_entry(root, "apiVersion", text_node(kApiVersion));
  add_entry(root, "kind", text_node(policy.kind));
  add_entry(root, "metadata", policy_metadata_type().print(policy));
  add_entry(root, "spec", policy_spec_type().print(policy.spec));
  return node_to_json(root);
}

std::optional<RolloutApprovalSpec> rollout_approval_from_json(const Json& object) {
  RolloutApprovalSpec approval;
  std::vector<Problem> problems;
  const Node spec = node_from_json(at_path(object, {"spec"}));
  if (!approval_spec_type().read(Cursor{spec, "spec", problems}, approval)) return std::nullopt;
  return approval;
}

Json rollout_approval_json(const std::string& name_space, const RolloutApprovalSpec& approval) {
  Node root = map_node();
  add_entry(root, "apiVersion", text_node(kApiVersion));
  add_entry(root, "kind", text_node(kRolloutApproval));
  Node metadata = map_node();
  add_entry(metadata, "name", text_node(approval.service + "-" + approval.rollout));
  add_entry(metadata, "namespace", text_node(name_space));
  add_entry(root, "metadata", std::move(metadata));
  add_entry(root, "spec", approval_spec_type().print(approval));
  return node_to_json(root);
}

RolloutPolicyStatus rollout_policy_status_from_json(const Json& object) {
  RolloutPolicyStatus status;
  std::vector<Problem> unused;
  const Node root = node_from_json(object);
  policy_status_type().read(Cursor{root, "status", unused, true}, status);
  return status;
}

Json to_json(const RolloutPolicyStatus& status) {
  return node_to_json(policy_status_type().print(status));
}

}  // namespace freshet
