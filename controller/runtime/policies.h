// What the watches have told of RolloutPolicies and ClusterRolloutPolicies: which bind a service,
// and what their status has to say.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "controller/kube/watch.h"
#include "controller/model/names.h"
#include "controller/model/policy.h"

namespace freshet {

// One watch: RolloutPolicy, ClusterRolloutPolicy or RolloutApproval, and a namespace, "" for all of
// them or for a kind of the cluster.
struct PolicyWatch {
  std::string kind;
  std::string name_space;
  // It may be that the right to read these is not given (an install for some namespaces).
  bool is_optional = false;
  auto operator<=>(const PolicyWatch&) const = default;
};

// Whom a change concerns.
struct PolicyReach {
  std::string name_space;  // "" for all of them
  Policy policy;
  bool operator==(const PolicyReach&) const = default;
};

struct PolicyStatusOwed {
  std::string path;  // of the policy's status
  RolloutPolicyStatus status;
};

// Thread-safe. A policy that was known once binds until it is known to be gone: neither a watch
// that fails nor a spec that is not understood any more sets anybody free.
class Policies {
 public:
  explicit Policies(const Clock& clock) : clock_(clock) {}

  void expect(const PolicyWatch& watch);  // before the first pass
  // Of policies: whom it concerns.
  std::vector<PolicyReach> on_event(const PolicyWatch& watch, const WatchEvent& event);
  // Of RolloutApprovals: the TrackedServices for which there is a new one.
  std::vector<ServiceKey> on_approval(const PolicyWatch& watch, const WatchEvent& event);
  // Its list could not be read, or its watch not go on. A sentence where that is to be told; "".
  std::string on_error(const PolicyWatch& watch, const Error& error);
  // It goes on. Of policies: whom that concerns.
  std::vector<PolicyReach> on_heard(const PolicyWatch& watch);

  // Why what binds services of this namespace is not known: a list that has not been read, a watch
  // that has failed for kDeafAfter. "": all that there is is known. Of namespace "": by what is
  // watched for all of them.
  std::string unknown(const std::string& name_space) const;
  std::vector<Policy> binding(const std::string& name_space,
                              const std::map<std::string, std::string>& labels) const;

  // Of rollouts of this TrackedService.
  std::vector<RolloutApprovalSpec> approvals(const ServiceKey& tracked) const;

  // The next status that is not yet what it ought to be, and is to be written now.
  std::optional<PolicyStatusOwed> take_owed();
  std::optional<TimePoint> next_due() const;
  void not_written(const PolicyStatusOwed& owed);  // to be tried again later

 private:
  struct Entry {
    std::string uid;
    std::int64_t version = 0;
    std::optional<Policy> last_good;
    Policy policy;  // in force
    RolloutPolicyStatus wanted;
  };
  struct Known {
    bool listed = false;
    bool excused = false;  // there are none, or they may not be read
    std::string trouble;
    std::optional<Duration> fails_since;  // monotonic
    std::string deaf;                     // why
  };
  using Key = std::pair<std::string, ServiceKey>;  // kind, namespace and name

  // `until` as of known_until(); 0: of no list.
  std::vector<PolicyReach> put(const PolicyWatch& watch, const Json& object, std::int64_t until);
  std::vector<PolicyReach> remove(const Key& key);
  void settle_status(const Key& key, Entry& entry, const ParsedRolloutPolicy& parsed,
                     const RolloutPolicyStatus& shown);

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<PolicyWatch, Known> watches_;
  std::map<Key, Entry> entries_;
  std::map<Key, TimePoint> owed_;
  std::map<ServiceKey, RolloutApprovalSpec> approvals_;  // by namespace and name
};

}  // namespace freshet
