// TimeZone: the clock on the wall of one place. The rules are the system's (package tzdata), read
// when a zone is first asked for.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace date {
class time_zone;
}

namespace freshet {

using WallTime = std::chrono::local_time<Duration>;  // what a clock on the wall shows

// Of the two times at which a clock that is put back shows the same.
enum class WhichOfTwo { kFirst, kSecond };

class TimeZone {
 public:
  // "Europe/Berlin", "UTC". kBadInput: there is no such zone, or no zone at all (no tzdata).
  static Result<TimeZone> find(const std::string& name);

  WallTime wall(TimePoint t) const;
  // When the clock shows this. A time that is skipped (a clock put forward) is the moment of it.
  TimePoint moment(WallTime wall, WhichOfTwo which) const;

  TimeZone() = default;  // UTC
  bool operator==(const TimeZone&) const = default;

 private:
  explicit TimeZone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_ = nullptr;  // lives as long as the program
};

}  // namespace freshet
