// The time zone database behind values; the library throws, and is wrapped here.
#include "config/time_zone.h"

#include <date/tz.h>

#include <exception>

namespace freshet {

Result<TimeZone> TimeZone::find(const std::string& name) {
  try {
    return TimeZone(date::locate_zone(name));
  } catch (const std::exception&) {
    return bad_input("there is no time zone " + name + " in this system's database (tzdata)");
  }
}

WallTime TimeZone::wall(TimePoint t) const {
  if (zone_ == nullptr) return WallTime(t.time_since_epoch());
  return WallTime(zone_->to_local(t).time_since_epoch());
}

TimePoint TimeZone::moment(WallTime wall, WhichOfTwo which) const {
  if (zone_ == nullptr) return TimePoint(wall.time_since_epoch());
  const date::local_time<Duration> local(wall.time_since_epoch());
  const date::local_info info = zone_->get_info(local);
  if (info.result == date::local_info::nonexistent) return TimePoint(info.first.end);
  const bool second = info.result == date::local_info::ambiguous && which == WhichOfTwo::kSecond;
  return TimePoint(local.time_since_epoch() - (second ? info.second : info.first).offset);
}

}  // namespace freshet
