// Pass: what every check of one step looks at.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/model/observation.h"
#include "controller/model/transition.h"
#include "controller/planner/permission.h"

namespace freshet::planning {

// Where the core in force comes from.
enum class CoreOrigin {
  kOurs,     // the annotation, whole and of this Service
  kNone,     // never adopted, or the annotation of another Service (a clone, a restore)
  kLost,     // the mirror in status knows of a core that is not there any more
  kDamaged,  // there, but not readable, or older than what status remembers
  kNewer,    // written by a newer release
};

struct Pass {
  const Observation& seen;
  const ServiceView& service;
  TimePoint now;
  CoreOrigin origin = CoreOrigin::kNone;
  Core core;                            // in force; in Adopting where there is none of ours
  Memo memo;                            // clocks as this pass settles them
  std::optional<TimePoint> step_clock;  // as the *last* pass left it, if it belongs to this core
  std::vector<Fact> facts;              // beside those of the decision
  std::vector<std::string> remove_annotations;
  Permission permission = {};               // of the policies, to start and to advance
  std::optional<RolloutSpec> shorter = {};  // the rules of a rollout in which only the base moved

  const TrackedServiceSpec& spec() const { return seen.tracked.spec; }
  const RolloutSpec& rules() const { return shorter ? *shorter : seen.tracked.spec.rollout; }
  const Rollout* rollout() const { return active_rollout(core.phase); }
  // The traffic tag of our entry: a rollout goes on with that which it began with.
  const std::string& tag() const { return tag_of(rollout(), rules().tag); }
};

// Reads the core by its origin and settles the clocks. `observation.service` is there.
Pass open_pass(const Observation& observation, TimePoint now);

// A core of ours is there, and status remembers a later one.
bool is_older_than_mirror(const Pass& pass);

// An answer, or nullopt: ask the next check.
using Decision = std::optional<Transition>;

// A waiting for a look again, not for an event.
inline constexpr Duration kSoon = seconds(5);

}  // namespace freshet::planning
