// Text forms of time points and durations, both ways.
#include "base/time.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

namespace freshet {
namespace {

using std::chrono::sys_days;
using std::chrono::year;
using namespace std::chrono_literals;

constexpr TimePoint kNight = sys_days(year(2026) / 11 / 23) + 2h + 10min;

TEST(Rfc3339, WritesUtcAndMillisecondsOnlyWhereThereAreSome) {
  EXPECT_EQ(format_rfc3339(kNight), "2026-11-23T02:10:00Z");
  EXPECT_EQ(format_rfc3339(kNight + 7ms), "2026-11-23T02:10:00.007Z");
  EXPECT_EQ(format_rfc3339(TimePoint(-1ms)), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, ReadsWhatItWrites) {
  for (const TimePoint t : {kNight, kNight + 999ms, TimePoint(0ms), TimePoint(-1ms)}) {
    EXPECT_EQ(parse_rfc3339(format_rfc3339(t)).value(), t);
  }
}

TEST(Rfc3339, ReadsTheFormsOtherProgramsWrite) {
  const std::pair<const char*, TimePoint> rows[] = {
      {"2026-11-23T02:10:00.123456789Z", kNight + 123ms},
      {"2026-11-23T02:10:00.5Z", kNight + 500ms},
      {"2026-11-23t02:10:00z", kNight},
      {"2026-11-23T04:10:00+02:00", kNight},
      {"2026-11-22T18:40:00-07:30", kNight},
      {"2026-11-23T02:09:60Z", kNight},
      {"2024-02-29T00:00:00Z", sys_days(year(2024) / 2 / 29)},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(parse_rfc3339(text).value_or(TimePoint{}), expected) << text;
  }
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026-11-23", "2026-11-23T02:10:00", "2026-11-23 02:10:00Z", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T02:60:00Z",
        "2026-11-23T02:10:61Z", "2026-11-23T02:10:00.Z", "2026-11-23T02:10:00Zx",
        "2026-11-23T02:10:00+0200", "2026-11-23T02:10:00+24:00", "26-11-23T02:10:00Z",
        "2026-1-23T02:10:00Z", "+026-11-23T02:10:00Z", "1700000000"}) {
    const Result<TimePoint> parsed = parse_rfc3339(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::kBadInput);
  }
  EXPECT_EQ(parse_rfc3339("now").error().message,
            "\"now\" is not a time like 2026-11-23T02:10:00Z (RFC 3339)");
}

TEST(HttpDate, ReadsWhatItWrites) {
  EXPECT_EQ(format_http_date(kNight), "Mon, 23 Nov 2026 02:10:00 GMT");
  EXPECT_EQ(parse_http_date("Mon, 23 Nov 2026 02:10:00 GMT").value(), kNight);
  EXPECT_EQ(format_http_date(TimePoint(0ms)), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(HttpDate, RefusesWhatIsNoDate) {
  for (const char* text : {"", "Mon", "Mon, 23 Nov 2026 02:10:00", "Mon, 23 Nov 2026 02:10:00 CET",
                           "Mon, 31 Nov 2026 02:10:00 GMT", "Mon, 23 Xyz 2026 02:10:00 GMT",
                           "Monday, 23-Nov-26 02:10:00 GMT", "2026-11-23T02:10:00Z"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

TEST(Durations, AreReadAndWrittenExactly) {
  const std::pair<const char*, Duration> rows[] = {
      {"90s", 90s},
      {"15m", 15min},
      {"6h", 6h},
      {"2d", 48h},
      {"250ms", 250ms},
      {"1h30m", 90min},
      {"1d2h3m4s5ms", 24h + 2h + 3min + 4s + 5ms},
      {"1m5ms", 60005ms},
      {"0s", 0s},
      {"36500d", days(36500)},
  };
  for (const auto& [text, expected] : rows) {
    ASSERT_TRUE(parse_duration(text)) << text;
    EXPECT_EQ(parse_duration(text).value(), expected) << text;
    EXPECT_EQ(parse_duration(format_duration(expected)).value(), expected) << text;
  }
  EXPECT_EQ(format_duration(90s), "1m30s");
  EXPECT_EQ(format_duration(168h), "7d");
  EXPECT_EQ(format_duration(0s), "0s");
  EXPECT_EQ(format_duration(-90s), "-1m30s");
}

TEST(Durations, NeedAUnit) {
  const Result<Duration> parsed = parse_duration("90");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error(),
            bad_input("\"90\" is not a duration: 90 has no unit; write 90s, 15m, 6h, 2d or 1h30m"));
  EXPECT_FALSE(parse_duration("0"));
  EXPECT_FALSE(parse_duration("1h30"));
}

TEST(Durations, RefuseWhatReadsTwoWays) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "it is empty"},
      {"s", "expected a whole number"},
      {"-5s", "expected a whole number"},
      {" 5s", "expected a whole number"},
      {"1.5h", "unknown unit \".\""},
      {"5 s", "unknown unit \" s\""},
      {"5S", "unknown unit \"S\""},
      {"1w", "unknown unit \"w\""},
      {"30m1h", "units must fall, each once"},
      {"1h1h", "units must fall, each once"},
      {"36501d", "longer than 36500d"},
      {"36500d1ms", "longer than 36500d"},
      {"99999999999999999999s", "expected a whole number"},
      {"9223372036854775807d", "longer than 36500d"},
  };
  for (const auto& [text, why] : rows) {
    const Result<Duration> parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().message.find(why), std::string::npos) << parsed.error().message;
  }
}

TEST(Age, HasOneOrTwoUnits) {
  const std::pair<Duration, const char*> rows[] = {
      {0ms, "0s"},      {999ms, "0s"},         {42s + 900ms, "42s"}, {90s, "1m30s"}, {60s, "1m"},
      {2h + 30s, "2h"}, {76h + 30min, "3d4h"}, {72h + 59min, "3d"},  {-5s, "0s"},
  };
  for (const auto& [age, expected] : rows) EXPECT_EQ(format_age(age), expected);
}

TEST(UnixSeconds, KeepMillisecondsAndSurviveNonsense) {
  EXPECT_EQ(from_unix_seconds(1.5), TimePoint(1500ms));
  EXPECT_EQ(to_unix_seconds(TimePoint(1500ms)), 1.5);
  EXPECT_EQ(to_seconds(250ms), 0.25);
  EXPECT_EQ(from_unix_seconds(std::nan("")), TimePoint(0ms));
  EXPECT_EQ(format_rfc3339(from_unix_seconds(std::numeric_limits<double>::infinity())),
            "9999-12-31T23:59:59Z");
}

}  // namespace
}  // namespace freshet
