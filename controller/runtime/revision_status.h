// Both Revisions as status shows them: what they run, and the dates of their images. Pure.
#pragma once

#include <vector>

#include "config/status.h"
#include "controller/model/core.h"
#include "controller/model/observation.h"

namespace freshet {

// Fills stable, candidate and the date of the running image. What `before`, the status as last
// written, knows of a digest that no tag names any more stays known.
void fill_revisions(TrackedServiceStatus& status, const Observation& observation, const Core& core,
                    const TrackedServiceStatus& before, const std::vector<HistoryEntry>& history);

// The exposure lag of the image that got all requests between two such statuses, if one did.
std::optional<Duration> ended_exposure(const TrackedServiceStatus& before,
                                       const TrackedServiceStatus& after);

}  // namespace freshet
