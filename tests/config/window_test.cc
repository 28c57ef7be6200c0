// Windows of time, and what a clock that is set does to them.
#include "config/window.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TimePoint at(const char* text) { return *parse_rfc3339(text); }

Window window(const WindowSpec& spec, Fold fold = Fold::kNarrow) {
  auto parsed = parse_window(spec, fold);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : Window{};
}

std::string fault(const WindowSpec& spec) {
  const auto parsed = parse_window(spec, Fold::kNarrow);
  return parsed ? "" : parsed.error().message;
}

// "from … to …" of the occurrences that begin in [start, end).
std::vector<std::string> occurrences(const Window& window, const char* start, const char* end) {
  std::vector<std::string> out;
  TimePoint from = at(start) - Duration{1};
  while (const auto next = next_start(window, from)) {
    if (*next >= at(end)) break;
    out.push_back(format_rfc3339(*next) + " " + format_rfc3339(*end_of(window, *next)));
    from = *next;
  }
  return out;
}

using Times = std::vector<std::string>;
constexpr Weekday kSunday = Weekday::kSun;
const std::string kBerlin = "Europe/Berlin";

TEST(Window, WorkingHoursComeByTheClockOnTheWall) {
  const Window hours = window({{Weekday::kFri, Weekday::kMon}, "09:00", "16:00", kBerlin});
  EXPECT_EQ(occurrences(hours, "2026-03-27T00:00:00Z", "2026-03-31T00:00:00Z"),
            (Times{"2026-03-27T08:00:00Z 2026-03-27T15:00:00Z",
                   "2026-03-30T07:00:00Z 2026-03-30T14:00:00Z"}));
}

TEST(Window, OneThatEndsBeforeItBeginsGoesOverMidnight) {
  const Window night = window({{kSunday}, "22:00", "02:00", "UTC"});
  EXPECT_EQ(occurrences(night, "2026-11-21T00:00:00Z", "2026-11-28T00:00:00Z"),
            (Times{"2026-11-22T22:00:00Z 2026-11-23T02:00:00Z"}));
  EXPECT_EQ(end_of(night, at("2026-11-23T01:59:59Z")), at("2026-11-23T02:00:00Z"));
  EXPECT_EQ(end_of(night, at("2026-11-23T02:00:00Z")), std::nullopt);
}

TEST(Window, ATimeThatIsSkippedIsTheMomentOfTheChange) {
  const WindowSpec from_half_past = {{kSunday}, "02:30", "04:00", kBerlin};
  const WindowSpec to_half_past = {{kSunday}, "01:00", "02:30", kBerlin};
  for (const Fold fold : {Fold::kNarrow, Fold::kWide}) {
    EXPECT_EQ(
        occurrences(window(from_half_past, fold), "2026-03-28T12:00:00Z", "2026-03-30T00:00:00Z"),
        (Times{"2026-03-29T01:00:00Z 2026-03-29T02:00:00Z"}));
    EXPECT_EQ(
        occurrences(window(to_half_past, fold), "2026-03-28T12:00:00Z", "2026-03-30T00:00:00Z"),
        (Times{"2026-03-29T00:00:00Z 2026-03-29T01:00:00Z"}));
  }
}

TEST(Window, OneThatIsSkippedWholeComesNotThatDayButTheNextTime) {
  const Window skipped = window({{kSunday}, "02:15", "02:45", kBerlin});
  EXPECT_EQ(occurrences(skipped, "2026-03-28T12:00:00Z", "2026-04-06T00:00:00Z"),
            (Times{"2026-04-05T00:15:00Z 2026-04-05T00:45:00Z"}));
}

TEST(Window, WhatComesTwiceIsAllowedOnceAndDeniedBothTimes) {
  const WindowSpec twice = {{kSunday}, "02:30", "02:45", kBerlin};
  EXPECT_EQ(occurrences(window(twice), "2026-10-24T12:00:00Z", "2026-10-26T00:00:00Z"),
            (Times{"2026-10-25T00:30:00Z 2026-10-25T00:45:00Z"}));
  EXPECT_EQ(occurrences(window(twice, Fold::kWide), "2026-10-24T12:00:00Z", "2026-10-26T00:00:00Z"),
            (Times{"2026-10-25T00:30:00Z 2026-10-25T01:45:00Z"}));
}

TEST(Window, DatesAreWholeDaysOfThePlace) {
  const Window freeze = window({{}, "2026-12-20", "2027-01-03", kBerlin});
  EXPECT_EQ(freeze.times, (std::variant<WeeklyHours, Span>(
                              Span{at("2026-12-19T23:00:00Z"), at("2027-01-03T23:00:00Z")})));
  EXPECT_EQ(next_start(freeze, at("2026-12-24T00:00:00Z")), std::nullopt);
}

TEST(Window, ADateWithATimeIsThatMoment) {
  const Window change = window({{}, "2026-10-25T02:30", "2026-10-25T02:45", kBerlin}, Fold::kWide);
  EXPECT_EQ(change.times, (std::variant<WeeklyHours, Span>(
                              Span{at("2026-10-25T00:30:00Z"), at("2026-10-25T01:45:00Z")})));
}

TEST(Window, WhatCannotBeIsTold) {
  EXPECT_EQ(fault({{}, "09:00", "16:00", "Europe/Berlim"}),
            "there is no time zone Europe/Berlim in this system's database (tzdata)");
  EXPECT_EQ(fault({}), "nothing in it; allowed: days, times of day, or dates");
  EXPECT_EQ(fault({{}, "25:00", "26:00", "UTC"}),
            "found 25:00; allowed: a time of day from 00:00 to 24:00, a date such as 2026-12-20, "
            "or 2026-12-20T18:00");
  EXPECT_EQ(fault({{}, "09:00", "09:00", "UTC"}), "it ends (09:00) when it begins (09:00)");
  EXPECT_EQ(fault({{}, "2026-12-20", "", "UTC"}),
            "found from 2026-12-20 with to missing; allowed: a date, or a date with a time, in "
            "both");
  EXPECT_EQ(fault({{}, "2026-12-20", "2026-12-19", "UTC"}),
            "it ends (2026-12-19) before it begins");
  EXPECT_EQ(fault({{kSunday}, "2026-12-20", "2026-12-21", "UTC"}),
            "days go with times of day, not with dates");
  EXPECT_EQ(fault({{}, "2026-02-30", "2026-03-01", "UTC"}).substr(0, 16), "found 2026-02-30");
}

}  // namespace
}  // namespace freshet
