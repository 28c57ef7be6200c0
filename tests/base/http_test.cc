// Headers, Retry-After, and the Error an HTTP answer becomes.
#include "base/http.h"

#include <gtest/gtest.h>

#include <string>

namespace freshet {
namespace {

using namespace std::chrono_literals;

const TimePoint kNow = parse_rfc3339("2026-11-23T02:10:00Z").value();

std::optional<Duration> retry_after(const std::string& value) {
  return freshet::retry_after({{"retry-after", value}}, kNow);
}

TEST(Headers, AreFoundWhateverTheirCase) {
  const HttpHeaders headers{{"ETag", "a"}, {"Link", "one"}, {"LINK", "two"}};
  EXPECT_EQ(find_header(headers, "etag"), "a");
  EXPECT_EQ(find_header(headers, "link"), "one");
  EXPECT_EQ(find_header(headers, "Date"), std::nullopt);
  EXPECT_EQ(find_headers(headers, "Link"), (std::vector<std::string>{"one", "two"}));
}

TEST(RetryAfter, IsSecondsOrADateAndAlwaysBounded) {
  struct Row {
    const char* name;
    std::string value;
    std::optional<Duration> expected;
  };
  const Row rows[] = {
      {"seconds are taken as they are", "7", 7s},
      {"zero means at once", "0", 0s},
      {"white space around is nothing", " 7 ", 7s},
      {"a long wait is cut", "86400", kMaxRetryAfter},
      {"a Unix time where seconds belong is the longest wait", "1763863800", kMaxRetryAfter},
      {"more digits than a number can hold are the longest wait", "99999999999999999999999",
       kMaxRetryAfter},
      {"a date is the time until then", "Mon, 23 Nov 2026 02:10:42 GMT", 42s},
      {"a date in the past means at once", "Mon, 23 Nov 2026 02:00:00 GMT", 0s},
      {"a date far ahead is cut", "Tue, 23 Nov 2027 02:10:00 GMT", kMaxRetryAfter},
      {"a negative number says nothing", "-5", std::nullopt},
      {"a fraction says nothing", "714.862µs", std::nullopt},
      {"an empty value says nothing", "", std::nullopt},
  };
  for (const Row& row : rows) EXPECT_EQ(retry_after(row.value), row.expected) << row.name;
  EXPECT_EQ(freshet::retry_after({}, kNow), std::nullopt);
}

TEST(HttpError, TellsWhatMayBeDoneAboutAStatus) {
  const std::pair<int, ErrorKind> rows[] = {
      {400, ErrorKind::kRefused},     {401, ErrorKind::kUnauthorized}, {403, ErrorKind::kForbidden},
      {404, ErrorKind::kNotFound},    {405, ErrorKind::kPermanent},    {408, ErrorKind::kTransient},
      {409, ErrorKind::kConflict},    {410, ErrorKind::kGone},         {422, ErrorKind::kRefused},
      {429, ErrorKind::kRateLimited}, {500, ErrorKind::kTransient},    {503, ErrorKind::kTransient},
      {302, ErrorKind::kPermanent},   {204, ErrorKind::kPermanent},
  };
  for (const auto& [status, kind] : rows) {
    EXPECT_EQ(http_error("x", {status, {}, ""}, kNow).kind, kind) << status;
  }
}

TEST(HttpError, SaysWhatTheServerSays) {
  const auto message = [](int status, const std::string& body) {
    return http_error("reading Service shop/checkout", {status, {}, body}, kNow).message;
  };
  EXPECT_EQ(message(404, R"({"kind":"Status","message":"not found"})"),
            "reading Service shop/checkout: HTTP 404: not found");
  EXPECT_EQ(message(422, R"({"status":"error","errorType":"execution","error":"too many"})"),
            "reading Service shop/checkout: HTTP 422: too many");
  EXPECT_EQ(message(404, R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown tag"}]})"),
            "reading Service shop/checkout: HTTP 404: unknown tag");
  EXPECT_EQ(message(401, R"({"errors":[{"code":"UNAUTHORIZED"}]})"),
            "reading Service shop/checkout: HTTP 401: UNAUTHORIZED");
  EXPECT_EQ(message(502, "<html>\x1b[31m"),
            "reading Service shop/checkout: HTTP 502: <html>\\x1b[31m");
  EXPECT_EQ(message(503, ""), "reading Service shop/checkout: HTTP 503");
  EXPECT_EQ(message(500, "[]"), "reading Service shop/checkout: HTTP 500: []");
  EXPECT_EQ(message(302, "moved"),
            "reading Service shop/checkout: HTTP 302, a redirect, which is not followed here");
}

TEST(HttpError, CarriesAClampedRetryAfterInWholeSeconds) {
  const auto wait = [](TimePoint now, const std::string& value) {
    return http_error("x", {429, {{"Retry-After", value}}, ""}, now).retry_after_seconds;
  };
  EXPECT_EQ(wait(kNow, "30"), 30);
  EXPECT_EQ(wait(kNow, "1763863800"), 600);
  EXPECT_EQ(wait(kNow + 500ms, "Mon, 23 Nov 2026 02:10:02 GMT"), 2);
  EXPECT_EQ(wait(kNow, "soon"), 0);
}

TEST(HttpError, EchoesABoundedPartOfABody) {
  const Error error = http_error("x", {500, {}, std::string(100000, 'a')}, kNow);
  EXPECT_LT(error.message.size(), 400u);
}

}  // namespace
}  // namespace freshet
