// Which images a tracked service follows: from its spec, or from what the Service runs. Pure.
#pragma once

#include <vector>

#include "base/result.h"
#include "config/tracked_service.h"
#include "controller/model/observation.h"

namespace freshet {

// Without `images` the one container with a port follows the tag in its image, else the tag in
// annotation client.knative.dev/user-image; with TrafficOnly one that is named by digest alone is
// followed as it is: no registry is asked. Errors (kBadInput) begin with a reason of one word:
// "NoTag: …", "NoContainer: …", "ForeignRepository: …".
Result<std::vector<FollowedImage>> followed_images(const TrackedServiceSpec& spec,
                                                   const ServiceView& service);

}  // namespace freshet
