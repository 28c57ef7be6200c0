// RolloutPolicy and ClusterRolloutPolicy as values: when rollouts may start and advance. The two
// differ in what they bind: TrackedServices of their own namespace, or of the whole cluster.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "config/parse.h"
#include "config/status.h"
#include "config/window.h"

namespace freshet {

inline constexpr std::string_view kRolloutPolicy = "RolloutPolicy";
inline constexpr std::string_view kClusterRolloutPolicy = "ClusterRolloutPolicy";
inline constexpr std::size_t kMaxWindows = 32;  // of one list

struct SelectorSpec {
  std::map<std::string, std::string> match_labels;  // of the TrackedService; none: every one
  bool operator==(const SelectorSpec&) const = default;
};

struct WaiverSpec {
  // Windows and freezes bind no longer where the image that runs is older; nullopt: always.
  std::optional<Duration> image_age;
  bool operator==(const WaiverSpec&) const = default;
};

struct RolloutPolicySpec {
  SelectorSpec selector;
  std::string owner;
  std::string reason;
  std::vector<WindowSpec> allow;  // none: always
  std::vector<WindowSpec> deny;   // stronger than `allow`
  WaiverSpec waiver;
  bool stop = false;
  Approval approval = Approval::kNone;  // by a RolloutApproval
  bool operator==(const RolloutPolicySpec&) const = default;
};

struct RolloutPolicy {
  std::string kind = std::string(kRolloutPolicy);
  std::string name;
  std::string name_space;  // "" of a ClusterRolloutPolicy, and in a file that does not say
  std::string uid;
  std::int64_t generation = 0;
  std::string resource_version;
  RolloutPolicySpec spec;
  bool operator==(const RolloutPolicy&) const = default;
};

// A person's word for one rollout of one TrackedService of its namespace: who may create it is the
// cluster's to say.
inline constexpr std::string_view kRolloutApproval = "RolloutApproval";
struct RolloutApprovalSpec {
  std::string service;  // the TrackedService
  std::string rollout;  // its id
  std::string by;       // as claimed
  std::string reason;
  bool operator==(const RolloutApprovalSpec&) const = default;
};

// Either a value (problems empty) or all problems at once. Of a bad one the selector and the stop
// stand in the object where they can be read; `selector_known` says whether the selector could.
struct ParsedRolloutPolicy {
  RolloutPolicy object;
  std::vector<Problem> problems;
  bool selector_known = false;
  bool ok() const { return problems.empty(); }
};

// The API's object of this kind; status is ignored.
ParsedRolloutPolicy parse_rollout_policy_json(const Json& object, std::string_view kind);
Json to_json(const RolloutPolicy& policy);  // only what differs from the defaults

// nullopt: it does not say which rollout of which service.
std::optional<RolloutApprovalSpec> rollout_approval_from_json(const Json& object);
Json rollout_approval_json(const std::string& name_space, const RolloutApprovalSpec& approval);

struct RolloutPolicyStatus {
  std::int64_t observed_generation = 0;
  std::vector<Condition> conditions;
  bool operator==(const RolloutPolicyStatus&) const = default;
};
RolloutPolicyStatus rollout_policy_status_from_json(const Json& status);
Json to_json(const RolloutPolicyStatus& status);

}  // namespace freshet
