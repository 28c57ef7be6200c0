// Shadow mode (rollout.writeMode: Shadow): somebody else rolls out, Freshet judges and tells, and
// writes nothing but its own status.
#pragma once

#include "controller/model/observation.h"

namespace freshet {

// Asked for, and nothing of Freshet's stands on the Service any more: what it managed is handed
// back first.
bool is_shadow(const TrackedServiceSpec& spec, const ServiceView& service);

// Whose a shadow's core is: of no Service that is, so that none is ever rolled out by it. It stands
// in TrackedService.status alone.
Uid shadow_of(const Uid& service);
bool is_shadow(const Core& core);

// Whose a core has to be to count for this Service now.
Uid owner_of_core(const TrackedServiceSpec& spec, const ServiceView& service);

}  // namespace freshet
