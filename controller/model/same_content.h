// Rebuilds of the same: another digest, and nothing in it that runs is another.
#pragma once

#include "controller/model/observation.h"

namespace freshet {

// Both were named by the followed tag, what they hold is known of both, and it is the same. False
// for a digest and itself.
bool has_same_content(const FollowedImage& image, const Digest& a, const Digest& b);

// What is known of what a digest holds beyond its base; nothing where the tag never named it.
ImageApplication application_of(const FollowedImage& image, const Digest& digest);

}  // namespace freshet
