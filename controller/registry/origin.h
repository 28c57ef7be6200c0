// What an image says of what it was made from: OCI annotations, or labels of its configuration.
#pragma once

#include "base/json.h"
#include "config/status.h"

namespace freshet {

// From a mapping of annotations or labels. What is too long, holds control characters, or would
// show a user or a password of the source, reads as absent.
ImageOrigin read_origin(const Json& annotations);

// Takes from `more` what `origin` does not tell.
void fill_in(ImageOrigin& origin, const ImageOrigin& more);

}  // namespace freshet
