// What Knative and the kubelet find out about a container's image.
#pragma once

#include <string>

#include "controller/sandbox/registry.h"

namespace freshet::sandbox {

struct ImageLookup {
  std::string with_digest;   // status.containerStatuses[].imageDigest; "" if it cannot be resolved
  std::string problem;       // why not, in Knative's words
  ImageBehaviour behaviour;  // what no registry here has cannot be pulled
};

// An image with a digest passes through as it is written, its tag with it.
ImageLookup look_up_image(const ImageRegistry& registry, const std::string& image);

}  // namespace freshet::sandbox
