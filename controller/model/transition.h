// Transition: everything that follows from one step of the planner.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "controller/model/core.h"
#include "controller/model/fact.h"
#include "controller/model/memo.h"
#include "controller/model/traffic.h"

namespace freshet {

struct KeepTemplate {
  bool operator==(const KeepTemplate&) const = default;
};
struct SetImages {  // replaces images in the present template
  std::map<ContainerName, std::string> images;
  std::optional<std::string> rollout_id;  // our template annotation; nullopt takes it off
  std::string name_suffix;  // new template.metadata.name = service-suffix, where a name is set
  bool operator==(const SetImages&) const = default;
};
struct ReplaceTemplate {  // stable's template as a whole
  std::string template_json;
  std::string name_suffix;
  bool operator==(const ReplaceTemplate&) const = default;
};
using TemplateChange = std::variant<KeepTemplate, SetImages, ReplaceTemplate>;

// The one guarded write of the Knative Service.
struct ServiceWrite {
  std::optional<Traffic> traffic;  // nullopt: spec.traffic stays as it is
  TemplateChange template_change = KeepTemplate{};
  std::optional<Core> core;  // nullopt: our annotation is removed (leaving)
  bool urgent = false;       // a retreat: before everything else, never re-gathered
  std::string why;           // for the log: "step 2 of 4: 5 %"
  bool operator==(const ServiceWrite&) const = default;
};

enum class FinalizerChange { kKeep, kAdd, kRemove };

// What the service waits for, in words; never a bare "Progressing".
struct Explanation {
  std::string reason;             // Idle, Judging, Held, WaitingForReady, NoMetrics, …
  std::string message;            // a sentence
  std::string next;               // what happens next and when
  std::vector<HoldStatus> holds;  // persons' and observed ones
  bool ready = true;              // condition Ready
  std::string not_ready_reason;   // InvalidSpec, ServiceNotFound, NoMetrics, Conflict, …
  bool operator==(const Explanation&) const = default;
};

struct Transition {
  std::optional<Core> core;  // after the write; nullopt: none (left, or no Service)
  std::optional<ServiceWrite> write;
  FinalizerChange finalizer = FinalizerChange::kKeep;
  std::vector<std::string> remove_annotations;  // of the TrackedService: answered commands
  std::optional<GateQuestion> gate;             // to be found out beside the passes
  Memo memo;
  std::vector<Fact> facts;  // derived and repeatable
  Explanation explanation;
  std::optional<TimePoint> wake_at;  // look again then, if nothing changes before
  bool operator==(const Transition&) const = default;
};

}  // namespace freshet
