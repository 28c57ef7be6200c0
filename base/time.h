// Time as values: points, durations, their text forms. Nothing here reads a clock.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace freshet {

using Duration = std::chrono::milliseconds;
using TimePoint = std::chrono::sys_time<Duration>;

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// RFC 3339, UTC, "2026-11-23T02:10:00Z"; with milliseconds only where they are not zero.
std::string format_rfc3339(TimePoint t);
Result<TimePoint> parse_rfc3339(std::string_view text);  // fractions beyond ms cut, offsets allowed

// HTTP-date (RFC 9110 5.6.7, IMF-fixdate), as in Date and Retry-After headers.
Result<TimePoint> parse_http_date(std::string_view text);
std::string format_http_date(TimePoint t);

// "90s", "15m", "6h", "2d", "1h30m", "250ms"; a bare number is an error that says so.
Result<Duration> parse_duration(std::string_view text);
std::string format_duration(Duration d);  // the same form, exact: "1h30m"
std::string format_age(Duration d);       // for people, one or two units: "3d4h", "42s"

double to_seconds(Duration d);
TimePoint from_unix_seconds(double seconds_since_epoch);
double to_unix_seconds(TimePoint t);

}  // namespace freshet
