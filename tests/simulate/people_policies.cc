// What people do to policies.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "controller/model/core.h"
#include "controller/runtime/paths.h"
#include "tests/simulate/people.h"

namespace freshet::simulate {
namespace {

// "2026-09-21T18:00": windows are written to the minute.
std::string minute_at(TimePoint t) { return format_rfc3339(t).substr(0, 16); }

Json window(TimePoint from, TimePoint to) {
  return {{"from", minute_at(from)}, {"to", minute_at(std::chrono::ceil<minutes>(to))}};
}

std::string name_of(What what) {
  if (what == What::kPolicyApproval) return "approval";
  return what == What::kPolicyFreeze ? "freeze" : "window";
}

}  // namespace

void People::act_on_policies(const Event& event) {
  const TimePoint now = world_.now();
  Json object = {{"apiVersion", "freshet.dev/v1alpha1"}, {"kind", kRolloutPolicy}};
  object["metadata"] = {{"name", name_of(event.what)}, {"namespace", kNamespace}};
  switch (event.what) {
    case What::kPolicyFreeze:
      object["spec"]["deny"] = Json::array({window(now, now + event.lasting + minutes(1))});
      break;
    case What::kPolicyWindow:
      object["spec"]["allow"] =
          Json::array({window(now + minutes(1), now + minutes(2) + event.lasting / 2)});
      break;
    case What::kPolicyApproval: object["spec"]["approval"] = "BeforeTraffic"; break;
    case What::kPolicyStop:
      object["kind"] = kClusterRolloutPolicy;
      object["metadata"] = {{"name", "stop"}};
      object["spec"]["stop"] = true;
      break;
    default: return;
  }
  if (!world_.create(object)) return;  // one is there: whoever made it takes it back
  later(event.lasting + minutes(3), event);
}

// Of the rollout that waits for it, as a person does who looks at status.
void People::approve(int service, const Json& status) {
  const CoreRead read = read_core(string_or(status, "core"));
  const auto* core = std::get_if<Core>(&read);
  const Rollout* rollout = core == nullptr ? nullptr : active_rollout(core->phase);
  if (rollout == nullptr) return;
  (void)world_.create(rollout_approval_json(
      kNamespace, {service_key(service).name, rollout->id, "ann", "looked at"}));
}

void People::take_policy_back(What what) {
  const bool stop = what == What::kPolicyStop;
  const ServiceKey key = stop ? ServiceKey{"", "stop"} : ServiceKey{kNamespace, name_of(what)};
  (void)world_.remove(policy_path(std::string(stop ? kClusterRolloutPolicy : kRolloutPolicy), key));
}

}  // namespace freshet::simulate
