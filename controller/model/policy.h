// Policy: one RolloutPolicy or ClusterRolloutPolicy as it binds, its windows read.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/rollout_policy.h"

namespace freshet {

struct Policy {
  std::string title;  // "ClusterRolloutPolicy freeze"
  std::string owner;
  std::string reason;
  std::map<std::string, std::string> match_labels;  // none: every TrackedService of its scope
  std::vector<Window> allow;
  std::vector<Window> deny;
  std::optional<Duration> waived_beyond;  // age of the image that runs
  bool stop = false;
  Approval approval = Approval::kNone;
  std::string invalid;  // why it was never understood; such a one holds
  bool operator==(const Policy&) const = default;
};

Policy policy_of(const RolloutPolicy& object);

bool selects(const Policy& policy, const std::map<std::string, std::string>& labels);

}  // namespace freshet
