// Which digest of a followed image counts, for one service: the newest that the poller read, if it
// passes the checks, else the one that was confirmed before. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "controller/model/observation.h"
#include "controller/registry/confirm_checks.h"
#include "controller/registry/poller.h"

namespace freshet {

// What the checks know beside the image.
struct ConfirmWorld {
  bool nodes_asked = true;                     // false: wait, they are being listed
  std::optional<std::vector<Platform>> nodes;  // platforms of the nodes; nullopt: not readable
  std::int64_t max_image_bytes = kDefaultMaxImageBytes;
  TimePoint now{};
};

// images[].platforms, else those of the nodes that take the Service's pods.
WantedPlatforms wanted_platforms(const FollowedImage& image,
                                 const std::optional<std::vector<Platform>>& nodes);

// Sets `confirmed` and `held_back`. A digest that was confirmed before, or that stable runs, is not
// checked again: neither more nodes nor other settings take back what counts.
void confirm_image(FollowedImage& image, const TagObservation& seen, const ConfirmWorld& world);

// What a restarted poller may know of a tag already.
KnownTag known_tag(const SeenTag& before);

}  // namespace freshet
