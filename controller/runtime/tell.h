// Facts of a transition in the words of those who listen: Kubernetes Events and outcome counters.
#pragma once

#include <optional>
#include <string_view>

#include "config/tracked_service.h"
#include "controller/kube/events.h"
#include "controller/model/core.h"
#include "controller/model/transition.h"

namespace freshet {

// About the TrackedService; rollout id and seq tell two occasions of one sentence apart.
KubeEvent event_of(const TrackedService& tracked, const Fact& fact,
                   const std::optional<Core>& core);

// Facts that end a rollout, counted by freshet_rollouts_total{outcome}.
bool is_outcome(std::string_view reason);

}  // namespace freshet
