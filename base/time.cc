// Text forms of time points and durations. Calendar arithmetic is the standard library's.
#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "base/text.h"

namespace freshet {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kWeekdays{"Sun", "Mon", "Tue", "Wed",
                                                    "Thu", "Fri", "Sat"};

// Longer durations are a slip of the pen, and sums of shorter ones cannot overflow.
constexpr Duration kMaxDuration = days(36500);

struct Unit {
  std::string_view name;
  Duration size;
};
constexpr std::array<Unit, 5> kUnits{{{"d", days(1)},
                                      {"h", hours(1)},
                                      {"m", minutes(1)},
                                      {"s", seconds(1)},
                                      {"ms", milliseconds(1)}}};

struct Parts {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<Duration> time;
};

Parts parts_of(TimePoint t) {
  const auto day = std::chrono::floor<days>(t);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss<Duration>(t - day)};
}

// Reads fixed-width fields from the front of a text; once a field does not fit, `ok` stays false.
struct Reader {
  std::string_view rest;
  bool ok = true;

  int digits(std::size_t count) {
    const auto number = parse_whole(rest.substr(0, count));
    ok = ok && rest.size() >= count && number.has_value();
    if (!ok) return 0;
    rest.remove_prefix(count);
    return static_cast<int>(*number);
  }
  void literal(std::string_view text) {
    ok = ok && equals_ignore_case(rest.substr(0, text.size()), text);
    if (ok) rest.remove_prefix(text.size());
  }
};

std::optional<TimePoint> assemble(int year, int month, int day, int hour, int minute, int second) {
  using std::chrono::year_month_day;
  const year_month_day date{std::chrono::year(year),
                            std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  // 60 is a leap second; it counts as the first second of the next minute.
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + hours(hour) + minutes(minute) + seconds(second);
}

// ".123456" → 123 ms; the digits behind are read and dropped.
Duration read_fraction(Reader& in) {
  if (!in.rest.starts_with('.')) return Duration::zero();
  in.rest.remove_prefix(1);
  const std::size_t found = std::min(in.rest.find_first_not_of("0123456789"), in.rest.size());
  in.ok = in.ok && found > 0;
  std::string thousandths(in.rest.substr(0, std::min<std::size_t>(found, 3)));
  thousandths.resize(3, '0');
  in.rest.remove_prefix(found);
  return milliseconds(parse_whole(thousandths).value_or(0));
}

// "Z" or "+02:00": what to take from the local time to get UTC.
Duration read_offset(Reader& in) {
  if (in.rest.starts_with('Z') || in.rest.starts_with('z')) {
    in.rest.remove_prefix(1);
    return Duration::zero();
  }
  const bool is_west = in.rest.starts_with('-');
  in.literal(is_west ? "-" : "+");
  const int hour = in.digits(2);
  in.literal(":");
  const int minute = in.digits(2);
  in.ok = in.ok && hour < 24 && minute < 60;
  const Duration offset = hours(hour) + minutes(minute);
  return is_west ? -offset : offset;
}

// One "<number><unit>" from the front of `rest`, of a smaller unit than the one before.
Result<Duration> read_component(std::string_view& rest, std::size_t& next_unit) {
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const auto number = parse_whole(rest.substr(0, digits));
  if (!number) return bad_input("expected a whole number");
  rest.remove_prefix(digits);
  const std::string_view name =
      rest.substr(0, std::min(rest.find_first_of("0123456789"), rest.size()));
  if (name.empty()) return bad_input(fmt::format("{} has no unit", *number));
  const auto unit =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == name; });
  if (unit == kUnits.end()) return bad_input("unknown unit \"" + printable(name, 20) + "\"");
  const auto index = static_cast<std::size_t>(unit - kUnits.begin());
  if (index < next_unit) return bad_input("units must fall, each once");
  if (*number > kMaxDuration / unit->size) return bad_input("longer than 36500d");
  next_unit = index + 1;
  rest.remove_prefix(name.size());
  return *number * unit->size;
}

}  // namespace

std::string format_rfc3339(TimePoint t) {
  const auto [date, time] = parts_of(t);
  std::string out =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  time.hours().count(), time.minutes().count(), time.seconds().count());
  const auto thousandths = time.subseconds().count();
  if (thousandths != 0) out += fmt::format(".{:03}", thousandths);
  return out + "Z";
}

Result<TimePoint> parse_rfc3339(std::string_view text) {
  Reader in{text};
  const int year = in.digits(4);
  in.literal("-");
  const int month = in.digits(2);
  in.literal("-");
  const int day = in.digits(2);
  in.literal("T");
  const int hour = in.digits(2);
  in.literal(":");
  const int minute = in.digits(2);
  in.literal(":");
  const int second = in.digits(2);
  const Duration fraction = read_fraction(in);
  const Duration offset = read_offset(in);
  const auto t = assemble(year, month, day, hour, minute, second);
  if (!in.ok || !in.rest.empty() || !t) {
    return bad_input("\"" + printable(text, 60) +
                     "\" is not a time like 2026-11-23T02:10:00Z (RFC 3339)");
  }
  return *t + fraction - offset;
}

Result<TimePoint> parse_http_date(std::string_view text) {
  Reader in{text};
  std::optional<TimePoint> t;
  if (text.size() > 4) in.rest.remove_prefix(3);  // the weekday follows from the date
  in.literal(", ");
  const int day = in.digits(2);
  in.literal(" ");
  const auto month = std::find(kMonths.begin(), kMonths.end(), in.rest.substr(0, 3));
  if (month != kMonths.end()) in.rest.remove_prefix(3);
  in.literal(" ");
  const int year = in.digits(4);
  in.literal(" ");
  const int hour = in.digits(2);
  in.literal(":");
  const int minute = in.digits(2);
  in.literal(":");
  const int second = in.digits(2);
  in.literal(" GMT");
  if (in.ok && in.rest.empty() && month != kMonths.end()) {
    t = assemble(year, static_cast<int>(month - kMonths.begin()) + 1, day, hour, minute, second);
  }
  if (t) return *t;
  return bad_input("\"" + printable(text, 60) +
                   "\" is not an HTTP date like Mon, 23 Nov 2026 02:10:00 GMT");
}

std::string format_http_date(TimePoint t) {
  const auto [date, time] = parts_of(t);
  const std::chrono::weekday weekday(std::chrono::floor<days>(t));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kWeekdays[weekday.c_encoding()],
                     static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

Result<Duration> parse_duration(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return bad_input("\"" + printable(text, 60) + "\" is not a duration: " + why +
                     "; write 90s, 15m, 6h, 2d or 1h30m");
  };
  if (text.empty()) return refuse("it is empty");
  std::string_view rest = text;
  std::size_t next_unit = 0;
  Duration total{0};
  while (!rest.empty()) {
    const Result<Duration> component = read_component(rest, next_unit);
    if (!component) return refuse(component.error().message);
    total += *component;
  }
  if (total > kMaxDuration) return refuse("longer than 36500d");
  return total;
}

std::string format_duration(Duration d) {
  if (d == Duration::zero()) return "0s";
  std::string out = d < Duration::zero() ? "-" : "";
  Duration rest = d < Duration::zero() ? -d : d;
  for (const Unit& unit : kUnits) {
    const auto count = rest / unit.size;
    if (count == 0) continue;
    out += fmt::format("{}{}", count, unit.name);
    rest -= count * unit.size;
  }
  return out;
}

std::string format_age(Duration d) {
  if (d < seconds(1)) return "0s";
  // The largest unit that fits and the one below it; smaller ones say nothing to a person.
  std::size_t first = 0;
  while (d < kUnits[first].size) ++first;
  const Duration smallest = std::max<Duration>(
      kUnits[std::min<std::size_t>(first + 1, kUnits.size() - 1)].size, seconds(1));
  return format_duration(d - d % smallest);
}

double to_seconds(Duration d) { return static_cast<double>(d.count()) / 1000.0; }

TimePoint from_unix_seconds(double seconds_since_epoch) {
  // Years 1 to 9999: what the text forms can write. NaN becomes the epoch.
  const double bounded = std::isnan(seconds_since_epoch)
                             ? 0.0
                             : std::clamp(seconds_since_epoch, -62135596800.0, 253402300799.0);
  return TimePoint(Duration(std::llround(bounded * 1000.0)));
}

double to_unix_seconds(TimePoint t) { return to_seconds(t.time_since_epoch()); }

}  // namespace freshet
