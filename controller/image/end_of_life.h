// Until when a distribution's release gets fixes: Debian and Ubuntu as the machine's distro-info
// data say, Alpine from a table of our own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "controller/image/os_release.h"

namespace freshet {

// Texts of /usr/share/distro-info/{debian,ubuntu}.csv, or why they are not there.
struct DistroInfo {
  Result<std::string> debian;
  Result<std::string> ubuntu;
};
inline constexpr std::size_t kMaxDistroInfoBytes = 1 << 20;

// Alpine's releases in the same form; of when they are: kAlpineAsOf.
std::string_view alpine_releases();
inline constexpr std::string_view kAlpineAsOf = "2026-02";

struct EndOfLife {
  std::optional<TimePoint> ends;      // the day after which the distribution itself mends nothing
  std::optional<TimePoint> extended;  // until when volunteers do without a fee (Debian's LTS)
  bool is_rolling = false;            // mended for as long as it is rebuilt
  std::string unknown;                // why nothing of this is known; "" where something is
  bool operator==(const EndOfLife&) const = default;
};
EndOfLife end_of_life(const OsRelease& release, const DistroInfo& info);

// Whether nobody mends it any more.
bool is_past(const EndOfLife& end, TimePoint now);
// "ended 2018-06-17, LTS 2020-06-30", "until 2028-06-30", "rolling: …", "not known: …".
std::string end_of_life_text(const EndOfLife& end, TimePoint now);

}  // namespace freshet
