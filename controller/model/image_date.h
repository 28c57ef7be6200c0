// How old an image is, and how long it took to serve everybody: from dates of different worth.
#pragma once

#include <string_view>

#include "base/time.h"
#include "config/status.h"

namespace freshet {

enum class DateSource { kCreated, kPushed, kFirstSeen };
std::string_view to_string(DateSource source);  // "created", "pushed", "firstSeen"

// The date that an image's age counts from: of its build where the image tells it (a constant such
// as 1970 is no date, registry/manifest.h), else when it was there at the latest.
struct ImageDate {
  TimePoint at{};
  DateSource source = DateSource::kCreated;
  bool operator==(const ImageDate&) const = default;
};
std::optional<ImageDate> image_date(const RevisionStatus& revision);
std::optional<ImageDate> image_date(const SeenDigest& seen);

// From when the image could be had, as its push or the first look at it tells, until it got all
// requests; nullopt while one of the two is not known. Never from the date of the build: that of
// apko's images is that of their newest package.
std::optional<Duration> exposure_lag(const RevisionStatus& revision);

}  // namespace freshet
