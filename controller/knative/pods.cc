// Facts of a Revision's pods.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "controller/knative/views.h"

namespace freshet {

namespace {

// What ends sooner may have met something that had not come up yet, a proxy beside it for one; what
// is at fault itself ends again soon.
constexpr Duration kStartsFor = minutes(1);
constexpr std::array<std::string_view, 5> kPullReasons = {"ImagePullBackOff", "ErrImagePull",
                                                          "InvalidImageName", "ErrImageNeverPull",
                                                          "ImageInspectError"};

// From outside: scaled down, evicted, or its node is gone. Knative's pods restart their containers
// always, so that none comes to such a phase by itself.
bool is_ended(const Json& pod) {
  const std::string phase = string_or(at_path(pod, {"status"}), "phase");
  return at_path(pod, {"metadata", "deletionTimestamp"}).is_string() || phase == "Failed" ||
         phase == "Succeeded";
}

// Of one pod's containers.
struct Exits {
  int all = 0;
  bool late = false;
};

bool ran_for_a_while(const Json& terminated) {
  const auto from = parse_rfc3339(string_or(terminated, "startedAt"));
  const auto to = parse_rfc3339(string_or(terminated, "finishedAt"));
  return from && to && *to - *from >= kStartsFor;
}

void read_container(PodFacts& facts, Exits& exits, const Json& status, bool pod_ended) {
  // A restart follows an exit; an end that was not followed by one yet counts by itself.
  exits.all += static_cast<int>(int_or(status, "restartCount", 0));
  const Json& state = at_path(status, {"state", "terminated"});
  const bool exited = state.is_object() && !pod_ended;
  if (exited) ++exits.all;
  const Json& last = exited ? state : at_path(status, {"lastState", "terminated"});
  exits.late = exits.late || ran_for_a_while(last);
  const Json& waiting = at_path(status, {"state", "waiting"});
  const std::string reason = string_or(waiting, "reason");
  for (const std::string_view pull : kPullReasons) {
    if (reason != pull) continue;
    facts.image_pull_failing = true;
    facts.message = reason + ": " + string_or(waiting, "message");
  }
  if (last.is_object() && !facts.image_pull_failing) {
    facts.message = "container " + string_or(status, "name") + " ended with exit code " +
                    std::to_string(int_or(last, "exitCode", 0));
  }
}

void read_pod(PodFacts& facts, const Json& pod, const std::set<ContainerName>& own) {
  ++facts.pods;
  const Json& status = at_path(pod, {"status"});
  if (condition_view(status, "Ready").status == Tri::kTrue) ++facts.ready;
  const ConditionView scheduled = condition_view(status, "PodScheduled");
  if (scheduled.status == Tri::kFalse && scheduled.reason == "Unschedulable") {
    facts.unschedulable = true;
    if (facts.message.empty()) facts.message = "unschedulable: " + scheduled.message;
  }
  const Json& containers = at_path(status, {"containerStatuses"});
  if (!containers.is_array()) return;
  const bool ended = is_ended(pod);
  Exits exits;
  for (const Json& container : containers) {
    if (!own.contains(ContainerName(string_or(container, "name")))) continue;
    read_container(facts, exits, container, ended);
  }
  facts.most_exits = std::max(facts.most_exits, exits.all);
  if (exits.late) ++facts.exited_late;
}

}  // namespace

bool has_pods(const Json& pod_list) {
  const Json& items = at_path(pod_list, {"items"});
  return !items.is_array() || !std::ranges::all_of(items, is_ended);
}

PodFacts pod_facts(const Json& pod_list, const std::set<ContainerName>& containers) {
  PodFacts facts;
  const Json& items = at_path(pod_list, {"items"});
  if (!items.is_array()) return facts;
  for (const Json& pod : items) read_pod(facts, pod, containers);
  return facts;
}

}  // namespace freshet
