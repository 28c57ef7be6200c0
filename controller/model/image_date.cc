// Dates of images.
#include "controller/model/image_date.h"

#include <algorithm>

namespace freshet {
namespace {

// When it was there at the latest. A push after the first look is one of the same once more.
std::optional<ImageDate> there_since(std::optional<TimePoint> pushed,
                                     std::optional<TimePoint> first_seen) {
  if (pushed && (!first_seen || *pushed <= *first_seen)) {
    return ImageDate{*pushed, DateSource::kPushed};
  }
  if (first_seen) return ImageDate{*first_seen, DateSource::kFirstSeen};
  return std::nullopt;
}

}  // namespace

std::string_view to_string(DateSource source) {
  switch (source) {
    case DateSource::kCreated: return "created";
    case DateSource::kPushed: return "pushed";
    case DateSource::kFirstSeen: return "firstSeen";
  }
  return "";
}

std::optional<ImageDate> image_date(const RevisionStatus& revision) {
  if (revision.image_created) return ImageDate{*revision.image_created, DateSource::kCreated};
  return there_since(revision.pushed, revision.first_seen);
}

std::optional<ImageDate> image_date(const SeenDigest& seen) {
  if (seen.created) return ImageDate{*seen.created, DateSource::kCreated};
  return there_since(seen.pushed, seen.first_seen);
}

std::optional<Duration> exposure_lag(const RevisionStatus& revision) {
  const auto since = there_since(revision.pushed, revision.first_seen);
  if (!since || !revision.exposed) return std::nullopt;
  return std::max(*revision.exposed - since->at, Duration{0});
}

}  // namespace freshet
