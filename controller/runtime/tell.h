// Facts in the words of those who listen: Kubernetes Events, log, counters and messages.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "config/tracked_service.h"
#include "controller/kube/events.h"
#include "controller/model/core.h"
#include "controller/model/observation.h"
#include "controller/model/transition.h"
#include "controller/runtime/log.h"
#include "controller/runtime/notes.h"

namespace freshet {

// One fact, and the core before and after it.
struct Occasion {
  Fact fact;
  std::optional<Core> before;
  std::optional<Core> after;
  TimePoint at{};
  bool operator==(const Occasion&) const = default;
};

// What is to be told after a pass: its facts; before them that of the write which made the core
// that it saw, if nobody told it (its process died, or its answer was lost); and holds that began,
// need a person and have no transition of their own.
std::vector<Occasion> occasions_of(const Observation& seen, const Transition& transition,
                                   const Notes& notes, TimePoint now);

// `status` is the one that the pass ends with.
NoticeStatus notice_of(const Observation& seen, const Occasion& occasion,
                       const TrackedServiceStatus& status);

// About the TrackedService; rollout id and seq tell two occasions of one sentence apart.
KubeEvent event_of(const TrackedService& tracked, const Fact& fact,
                   const std::optional<Core>& core);

// With phase, seq, rollout and digest where there is a core.
LogLine log_line_of(const ServiceKey& tracked, const Fact& fact, const std::optional<Core>& core);

// Facts that end a rollout, counted by freshet_rollouts_total{outcome}.
// Of rollouts: the reasons of the facts that end one.
inline constexpr std::array<std::string_view, 6> kOutcomes = {"Promoted",  "RolledBack", "Deferred",
                                                              "Withdrawn", "Superseded", "Aborted"};
bool is_outcome(std::string_view reason);

}  // namespace freshet
