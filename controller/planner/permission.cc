// Whether policies permit, and when.
#include "controller/planner/permission.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace freshet {
namespace {

constexpr int kMostLooks = 2000;  // for the next opening
constexpr Duration kHorizon = days(2 * 366);

// Why one policy does not permit, and until when that is certain at least (nullopt: for good).
struct PolicyRefusal {
  std::string_view reason;
  std::optional<TimePoint> until;
};

std::optional<TimePoint> denied_until(const Policy& policy, TimePoint t) {
  std::optional<TimePoint> until;
  for (const Window& window : policy.deny) {
    const auto end = end_of(window, t);
    if (end) until = std::max(until.value_or(*end), *end);
  }
  return until;
}

bool is_allowed(const Policy& policy, TimePoint t) {
  return policy.allow.empty() || std::ranges::any_of(policy.allow, [&](const Window& window) {
           return end_of(window, t).has_value();
         });
}

std::optional<TimePoint> next_allowed(const Policy& policy, TimePoint t) {
  std::optional<TimePoint> next;
  for (const Window& window : policy.allow) {
    const auto start = next_start(window, t);
    if (start) next = std::min(next.value_or(*start), *start);
  }
  return next;
}

std::optional<PolicyRefusal> refusal_of(const Policy& policy,
                                        std::optional<TimePoint> image_created, TimePoint t) {
  if (policy.stop) return PolicyRefusal{kStoppedHold, std::nullopt};
  if (!policy.invalid.empty()) return PolicyRefusal{kInvalidPolicyHold, std::nullopt};
  std::optional<TimePoint> waived;
  if (image_created && policy.waived_beyond) waived = *image_created + *policy.waived_beyond;
  if (waived && t >= *waived) return std::nullopt;
  std::optional<PolicyRefusal> out;
  if (const auto end = denied_until(policy, t)) {
    out = PolicyRefusal{kFreezeHold, *end};
  } else if (!is_allowed(policy, t)) {
    out = PolicyRefusal{kWindowHold, next_allowed(policy, t)};
  }
  if (out && waived) out->until = std::min(out->until.value_or(*waived), *waived);
  return out;
}

// Up to `until` of any refusal nothing is permitted, so that no instant is passed over.
std::optional<TimePoint> next_opening(const std::vector<Policy>& policies,
                                      std::optional<TimePoint> image_created, TimePoint now) {
  TimePoint t = now;
  for (int look = 0; look < kMostLooks && t - now < kHorizon; ++look) {
    TimePoint next = t;
    for (const Policy& policy : policies) {
      const auto refusal = refusal_of(policy, image_created, t);
      if (!refusal) continue;
      if (!refusal->until) return std::nullopt;
      next = std::max(next, *refusal->until);
    }
    if (next == t) return t;
    t = next;
  }
  return std::nullopt;
}

std::string policy_words(const Policy& policy, const PolicyRefusal& refusal,
                         std::optional<TimePoint> opens) {
  std::string out = policy.title;
  if (!policy.owner.empty()) out += " of " + policy.owner;
  if (refusal.reason == kStoppedHold) out += " stops all rollouts until it is taken back";
  if (refusal.reason == kFreezeHold) out += " denies rollouts now";
  if (refusal.reason == kWindowHold) out += " does not allow rollouts now";
  if (refusal.reason == kInvalidPolicyHold) {
    out += " is not understood, so that all it selects is held";
  }
  if (!policy.reason.empty()) out += ": " + printable(policy.reason);
  if (!policy.invalid.empty()) out += ": " + printable(policy.invalid);
  if (opens) out += "; they go on at " + format_rfc3339(*opens);
  return out;
}

}  // namespace

Permission permission(const std::vector<Policy>& policies, std::optional<TimePoint> image_created,
                      TimePoint now) {
  Permission out;
  const auto opens = next_opening(policies, image_created, now);
  for (const Policy& policy : policies) {
    const auto refusal = refusal_of(policy, image_created, now);
    if (!refusal) continue;
    const std::string& owner = policy.owner.empty() ? policy.title : policy.owner;
    out.holds.push_back(
        {owner, std::string(refusal->reason), policy_words(policy, *refusal, opens), now, opens});
  }
  if (!out.holds.empty()) out.opens = opens;
  return out;
}

}  // namespace freshet
