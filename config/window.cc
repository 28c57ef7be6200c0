// Windows: what people write, and when it is so.
#include "config/window.h"

#include <algorithm>
#include <charconv>
#include <regex>

#include "base/overloaded.h"

namespace freshet {
namespace {

constexpr Duration kDay = hours(24);
constexpr int kDaysAhead = 15;  // a weekly occurrence that a clock put forward skips, and the next

int number_in(const std::string& text, std::size_t at, std::size_t length) {
  int value = 0;
  std::from_chars(text.data() + at, text.data() + at + length, value);
  return value;
}

// "09:30" since midnight, up to 24:00.
std::optional<Duration> time_of_day(const std::string& text) {
  static const std::regex kForm("^[0-9]{2}:[0-9]{2}$");
  if (text.size() != 5 || !std::regex_match(text, kForm)) return std::nullopt;
  const Duration out = hours(number_in(text, 0, 2)) + minutes(number_in(text, 3, 2));
  if (number_in(text, 3, 2) > 59 || out > kDay) return std::nullopt;
  return out;
}

struct Day {
  WallTime start{};
  bool is_whole = false;  // a date without a time
};

// "2026-12-20" or "2026-12-20T18:00".
std::optional<Day> date_of(const std::string& text) {
  static const std::regex kForm("^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?$");
  if (text.size() > 16 || !std::regex_match(text, kForm)) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(number_in(text, 0, 4)),
      std::chrono::month(static_cast<unsigned>(number_in(text, 5, 2))),
      std::chrono::day(static_cast<unsigned>(number_in(text, 8, 2)))};
  if (!date.ok()) return std::nullopt;
  const WallTime midnight = std::chrono::local_days(date);
  if (text.size() == 10) return Day{midnight, true};
  const auto time = time_of_day(text.substr(11));
  if (!time) return std::nullopt;
  return Day{midnight + *time, false};
}

WhichOfTwo end_within(Fold fold) {
  return fold == Fold::kNarrow ? WhichOfTwo::kFirst : WhichOfTwo::kSecond;
}

Result<Window> parse_dates(const WindowSpec& spec, const Day& from, const TimeZone& zone,
                           Fold fold) {
  const auto to = date_of(spec.to);
  if (!to) {
    return bad_input("found from " + spec.from + " with to " +
                     (spec.to.empty() ? "missing" : spec.to) +
                     "; allowed: a date, or a date with a time, in both");
  }
  if (!spec.days.empty()) return bad_input("days go with times of day, not with dates");
  const WallTime end = to->start + (to->is_whole ? kDay : Duration{0});
  if (end <= from.start) return bad_input("it ends (" + spec.to + ") before it begins");
  return Window{
      Span{zone.moment(from.start, WhichOfTwo::kFirst), zone.moment(end, end_within(fold))}};
}

// The occurrence that begins on the day of `midnight`; empty where the clock skips it.
Span occurrence(const WeeklyHours& weekly, WallTime midnight) {
  return {weekly.zone.moment(midnight + weekly.from, WhichOfTwo::kFirst),
          weekly.zone.moment(midnight + weekly.to, end_within(weekly.fold))};
}

bool begins_on(const WeeklyHours& weekly, WallTime midnight) {
  const std::chrono::weekday day(std::chrono::floor<days>(midnight));
  return weekly.on[day.iso_encoding() - 1];
}

WallTime midnight_before(const WeeklyHours& weekly, TimePoint t) {
  return std::chrono::floor<days>(weekly.zone.wall(t));
}

}  // namespace

Result<Window> parse_window(const WindowSpec& spec, Fold fold) {
  const auto zone = TimeZone::find(spec.time_zone);
  if (!zone) return zone.error();
  if (const auto from = date_of(spec.from)) return parse_dates(spec, *from, *zone, fold);
  if (spec.from.empty() && spec.to.empty() && spec.days.empty()) {
    return bad_input("nothing in it; allowed: days, times of day, or dates");
  }
  WeeklyHours out;
  const auto from = spec.from.empty() ? Duration{0} : time_of_day(spec.from);
  const auto to = spec.to.empty() ? kDay : time_of_day(spec.to);
  for (const auto& [text, time] : {std::pair(spec.from, from), std::pair(spec.to, to)}) {
    if (time) continue;
    return bad_input("found " + text +
                     "; allowed: a time of day from 00:00 to 24:00, a date such as 2026-12-20, "
                     "or 2026-12-20T18:00");
  }
  if (*from == *to || *from == kDay) {
    return bad_input("it ends (" + spec.to + ") when it begins (" + spec.from + ")");
  }
  out.from = *from;
  out.to = *to > *from ? *to : *to + kDay;
  out.zone = *zone;
  out.fold = fold;
  if (spec.days.empty()) out.on.fill(true);
  for (const Weekday day : spec.days) out.on[static_cast<std::size_t>(day)] = true;
  return Window{out};
}

std::optional<TimePoint> end_of(const Window& window, TimePoint t) {
  return std::visit(overloaded{
                        [&](const Span& span) {
                          return span.from <= t && t < span.to ? std::optional(span.to)
                                                               : std::nullopt;
                        },
                        [&](const WeeklyHours& weekly) {
                          // One that began yesterday may still last, and a clock may have gone back
                          // to its day.
                          std::optional<TimePoint> end;
                          const WallTime today = midnight_before(weekly, t);
                          for (int day = -1; day <= 1; ++day) {
                            const WallTime midnight = today + day * kDay;
                            if (!begins_on(weekly, midnight)) continue;
                            const Span span = occurrence(weekly, midnight);
                            if (span.from <= t && t < span.to)
                              end = std::max(end.value_or(span.to), span.to);
                          }
                          return end;
                        },
                    },
                    window.times);
}

std::optional<TimePoint> next_start(const Window& window, TimePoint t) {
  return std::visit(
      overloaded{
          [&](const Span& span) { return t < span.from ? std::optional(span.from) : std::nullopt; },
          [&](const WeeklyHours& weekly) -> std::optional<TimePoint> {
            const WallTime today = midnight_before(weekly, t);
            for (int day = 0; day <= kDaysAhead; ++day) {
              const WallTime midnight = today + day * kDay;
              if (!begins_on(weekly, midnight)) continue;
              const Span span = occurrence(weekly, midnight);
              if (span.from > t && span.from < span.to) return span.from;
            }
            return std::nullopt;
          },
      },
      window.times);
}

}  // namespace freshet
