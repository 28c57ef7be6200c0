// Windows of time as people write them, each in a time zone: weekly hours, or a span of dates.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "config/time_zone.h"

namespace freshet {

enum class Weekday { kMon, kTue, kWed, kThu, kFri, kSat, kSun };

struct WindowSpec {
  std::vector<Weekday> days;  // on which a weekly window begins; none: each day
  std::string from;           // "09:00", or a date, or "2026-12-20T18:00"
  std::string to;             // the same form; a date is the last day, a time is not within
  std::string time_zone = "UTC";
  bool operator==(const WindowSpec&) const = default;
};

// From `from`, up to and without `to`.
struct Span {
  TimePoint from{};
  TimePoint to{};
  bool operator==(const Span&) const = default;
};

// Where a clock is put back, a time of day comes twice. What is in doubt is no time to roll out: a
// narrow window (of those allowed) ends with the first of the two, a wide one with the second.
enum class Fold { kNarrow, kWide };

struct WeeklyHours {
  std::array<bool, 7> on = {};  // Monday first
  Duration from{0};             // since midnight, by the clock on the wall
  Duration to{0};               // over 24 h where the window goes on after midnight
  TimeZone zone;
  Fold fold = Fold::kNarrow;
  bool operator==(const WeeklyHours&) const = default;
};

struct Window {
  std::variant<WeeklyHours, Span> times;
  bool operator==(const Window&) const = default;
};

// kBadInput: a sentence about what cannot be, such as an unknown time zone.
Result<Window> parse_window(const WindowSpec& spec, Fold fold);

// The end of the occurrence of this window that `t` lies in; nullopt: it lies in none. Where two
// occurrences meet, the end of the later one begins another.
std::optional<TimePoint> end_of(const Window& window, TimePoint t);
// The beginning of the next occurrence after `t`; nullopt: none comes.
std::optional<TimePoint> next_start(const Window& window, TimePoint t);

}  // namespace freshet
