// What Knative's controllers know of a Service, as plain values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "controller/model/observation.h"
#include "controller/sandbox/behaviour.h"
#include "controller/sandbox/kinds.h"

namespace freshet::sandbox {

struct Condition {
  std::string type;
  Tri status = Tri::kUnknown;
  std::string reason;
  std::string message;
  TimePoint since{};  // of the last change, also of the reason: so does Knative

  void set(Tri now_is, std::string why, std::string words, TimePoint now);
};

// One entry of status.traffic.
struct RouteTarget {
  std::string revision;
  bool is_latest = false;
  int percent = 0;
  std::string tag;
  bool operator==(const RouteTarget&) const = default;
};
using RouteTargets = std::vector<RouteTarget>;

enum class PodPhase { kStarting, kReady, kNotReady, kCrashed, kPullFailing, kUnschedulable };

struct RevisionState {
  std::string name;
  std::string uid;
  std::int64_t generation = 0;  // of the Configuration
  TimePoint created{};
  Duration deadline = seconds(600);
  ImageBehaviour behaviour;
  std::vector<std::pair<std::string, std::string>> digests;  // container → image with digest
  bool is_resolved = false;
  PodPhase phase = PodPhase::kStarting;
  int pods = 0;
  int restarts = 0;
  TimePoint pods_since{};
  bool is_active = true;           // routed, or expected to be
  std::int64_t idle_turn = 0;      // tells an old plan to scale down from a new one
  std::int64_t run = 0;            // tells what earlier pods would have done from what these do
  bool ends_with_traffic = false;  // its crash is planned
  Condition active{"Active", Tri::kUnknown, "Queued", "", {}};
  Condition healthy{"ContainerHealthy", Tri::kUnknown, "", "", {}};
  Condition ready{"Ready", Tri::kUnknown, "Deploying", "", {}};
  Condition resources{"ResourcesAvailable", Tri::kUnknown, "Deploying", "", {}};
};

struct ServiceState {
  std::string uid;
  std::int64_t observed = 0;  // generation of the Service
  std::int64_t configuration_generation = 0;
  std::int64_t route_generation = 0;
  std::string latest_created;
  std::string latest_ready;
  bool is_name_taken = false;   // the one that the template gives its Revision
  std::int64_t route_turn = 0;  // tells an old step of the Route from a new one
  RouteTargets shown;           // status.traffic
  RouteTargets programmed;      // what the ingress does
  Condition configurations{"ConfigurationsReady", Tri::kUnknown, "", "", {}};
  Condition ready{"Ready", Tri::kUnknown, "", "", {}};
  Condition routes{"RoutesReady", Tri::kUnknown, "", "", {}};
  std::map<std::string, RevisionState> revisions;
};

inline ObjectKey to_object_key(const ServiceKey& key) { return {key.name_space, key.name}; }

// Ready of a whole from its parts: any False, else any Unknown, else True.
void combine(Condition& whole, const Condition& a, const Condition& b, TimePoint now);

}  // namespace freshet::sandbox
