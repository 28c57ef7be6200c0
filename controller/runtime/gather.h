// Gather: puts one Observation together from what the caches hold. Pure; what needs the network is
// added by the controller.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/secret.h"
#include "controller/model/observation.h"
#include "controller/model/transition.h"
#include "controller/runtime/cache.h"
#include "controller/runtime/notes.h"

namespace freshet {

// An invalid spec leaves the last good one in force, so that an active rollout stays safe.
Observation assemble(const CachedTracked& tracked, std::optional<ServiceView> service,
                     std::map<RevisionName, RevisionView> revisions, const Notes& notes);

// The Service, and the core in its annotation, as they are now.
void refresh_service(Observation& observation, std::optional<ServiceView> service);

// Two TrackedServices for one Service: the older stays. A sentence naming it, or "" for the oldest.
std::string older_tracker(const TrackedService& tracked, const std::string& oldest);

// The annotations of commands that came through the API: Observation::proven_commands.
std::set<std::string> proven_commands(const TrackedService& tracked, const Secret& key,
                                      TimePoint now);

// The candidate's Revision: the one the core names, else the one made by this rollout.
std::optional<RevisionName> candidate_name(const Observation& observation, const Rollout& rollout);
// The one Revision that gets all requests, or nullopt.
std::optional<RevisionName> sole_serving(const Traffic& observed);
// Creation times of the pods in a list reply, by name.
std::map<std::string, TimePoint> pod_creation_times(const Json& pod_list);

// A transition that does nothing but say why.
Transition refuse(const Observation& observation, std::string reason, std::string message);
// The transition whose write failed: state stays what was observed, and the trouble is told.
Transition undone(const Observation& observation, Transition transition, const Memo& memo,
                  const std::string& trouble);

}  // namespace freshet
