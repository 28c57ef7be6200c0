// What surrounds the services: nodes, credentials, policies.
#include <nlohmann/json.hpp>

#include "controller/runtime/controller.h"

namespace freshet {

bool Controller::read_surroundings() {
  if (const auto nodes = nodes_.list_if_due()) {
    if (nodes->changed) enqueue(tags_.followers(""), clock_.now());
    if (!nodes->trouble.empty()) {
      log_({LogLevel::kWarning, "NodesNotRead", {{"reason", nodes->trouble}}});
    }
    return true;
  }
  if (tell_policy()) return true;
  const auto read = credentials_.read_one();
  if (!read) return false;
  if (!read->changed) return true;
  enqueue(tags_.followers(read->name_space), clock_.now());
  connections_.registry.wake();  // what waited for a credential can be checked
  return true;
}

std::optional<TimePoint> Controller::next_reading() const {
  const TimePoint nodes = nodes_.next_due();
  return std::min(
      {credentials_.next_due().value_or(nodes), policies_.next_due().value_or(nodes), nodes});
}

void Controller::on_policy_event(const PolicyWatch& watch, const WatchEvent& event) {
  if (watch.kind == kRolloutApproval) {
    enqueue(policies_.on_approval(watch, event), clock_.now());
    return;
  }
  reach(policies_.on_event(watch, event));
  if (wake_) wake_();  // a status may have to be told
}

void Controller::on_policy_watch(const PolicyWatch& watch, const Error* error) {
  if (error == nullptr) {
    metrics_.set_watch_failing(watch.kind, watch.name_space, false);
    return reach(policies_.on_heard(watch));
  }
  const bool was_known = policies_.unknown(watch.name_space).empty();
  const std::string trouble = policies_.on_error(watch, *error);
  if (!trouble.empty()) {
    log_({LogLevel::kWarning, "PoliciesNotRead", {{"kind", watch.kind}, {"reason", trouble}}});
    const bool holds = !policies_.unknown(watch.name_space).empty();
    metrics_.set_watch_failing(watch.kind, watch.name_space, holds);
  }
  if (!was_known && policies_.unknown(watch.name_space).empty()) {
    reach({{watch.name_space, Policy{}}});
  }
}

void Controller::reach(const std::vector<PolicyReach>& reached) {
  for (const PolicyReach& one : reached) {
    enqueue(cache_.bound_by(one.policy, one.name_space), clock_.now());
  }
}

bool Controller::tell_policy() {
  const auto owed = policies_.take_owed();
  if (!owed) return false;
  const Status written = connections_.kube.json_patch_unread(
      owed->path,
      Json::array({{{"op", "add"}, {"path", "/status"}, {"value", to_json(owed->status)}}}));
  if (written || written.error().kind == ErrorKind::kNotFound) return true;
  log_({LogLevel::kWarning, "PolicyStatusNotWritten", {{"reason", written.error().message}}});
  policies_.not_written(*owed);
  return true;
}

}  // namespace freshet
