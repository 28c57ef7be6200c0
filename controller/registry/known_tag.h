// What a poller that starts may know of a tag already, from the status of who follows it.
#pragma once

#include <optional>
#include <vector>

#include "controller/registry/confirm.h"

namespace freshet {

struct KnownTag {
  std::optional<Confirmed> confirmed;  // remembered; it need not be read again
  std::vector<TimePoint> moves;        // when the tag was seen to move, the earliest first
  bool operator==(const KnownTag&) const = default;
};

// What all of a tag's followers know: a digest that one of them has not confirmed is read again.
KnownTag known_to_both(KnownTag one, const KnownTag& other);

}  // namespace freshet
