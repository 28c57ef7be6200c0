// Facts of a transition in the words of those who listen: Kubernetes Events, log and counters.
#pragma once

#include <optional>
#include <string_view>

#include "config/tracked_service.h"
#include "controller/kube/events.h"
#include "controller/model/core.h"
#include "controller/model/transition.h"
#include "controller/runtime/log.h"

namespace freshet {

// About the TrackedService; rollout id and seq tell two occasions of one sentence apart.
KubeEvent event_of(const TrackedService& tracked, const Fact& fact,
                   const std::optional<Core>& core);

// With phase, seq, rollout and digest where there is a core.
LogLine log_line_of(const ServiceKey& tracked, const Fact& fact, const std::optional<Core>& core);

// Facts that end a rollout, counted by freshet_rollouts_total{outcome}.
bool is_outcome(std::string_view reason);

}  // namespace freshet
