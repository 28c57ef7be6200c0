// The watch as a state machine: what it makes of bad answers.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/kube/watch.h"
#include "tests/controller/kube/watch_fixture.h"

namespace freshet {
namespace {

using testing::error_line;
using testing::line;
using testing::object_named;
using testing::page;
using testing::status_answer;
using testing::Texts;
using testing::to_text;

constexpr TimePoint kFailuresStart{std::chrono::hours(24)};
const HttpResponse kBrokenOk{200, {}, ""};
const std::string kListNewest = "/things?limit=250";
const std::string kListAt10 = kListNewest + "&resourceVersion=10&resourceVersionMatch=NotOlderThan";
const std::string kWatchAt10 =
    "/things?watch=1&allowWatchBookmarks=true&resourceVersion=10&timeoutSeconds=300";

Watch unlisted() {
  WatchOptions options;
  options.path = "/things";
  return Watch(options);
}

Watch streaming() {
  Watch watch = unlisted();
  (void)watch.on_page(page({}, 10), kFailuresStart, 0);
  watch.on_stream_begin(kFailuresStart);
  return watch;
}

HttpResponse too_large() {
  return status_answer(504, "Too large resource version: 10, current: 7",
                       {{"causes", {{{"reason", "ResourceVersionTooLarge"}}}}});
}

// A proxy that cuts every stream before anything is heard, for one.
TEST(WatchFailure, OfStreamsForAMinuteIsListedAnew) {
  Watch watch = streaming();
  TimePoint now = kFailuresStart;
  for (int i = 0; i < 100 && watch.next(0).is_stream; ++i) {
    watch.on_stream_begin(now);
    watch.on_stream_end(make_error(ErrorKind::kTransient, "cut"), now, 0.5);
    now = std::max(now, watch.next(0).not_before) + seconds(1);
  }
  EXPECT_GE(now - kFailuresStart, minutes(1));
  EXPECT_LE(now - kFailuresStart, minutes(2));
  EXPECT_EQ(watch.next(0).target, kListAt10);
  EXPECT_TRUE(watch.error());
  (void)watch.on_page(page({}, 11), now, 0);
  EXPECT_TRUE(watch.error()) << "that streams fail goes on";
  EXPECT_TRUE(watch.next(0).is_stream);
  watch.on_stream_begin(now);
  (void)watch.on_bytes(R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"12"}}})"
                       "\n");
  EXPECT_FALSE(watch.error());
}

TEST(WatchFailure, IsOverOnceTheLastPageHasCome) {
  Watch watch = unlisted();
  (void)watch.on_page(status_answer(500, "no"), kFailuresStart, 0);
  (void)watch.on_page(page({}, 10, "more"), kFailuresStart, 0);
  EXPECT_TRUE(watch.error());
  (void)watch.on_page(page({}, 10), kFailuresStart, 0);
  EXPECT_FALSE(watch.error());
}

TEST(WatchFailure, OfAStreamDecidesWhereItGoesOn) {
  struct Row {
    const char* name;
    std::string body;
    Result<HttpResponse> head;
    std::string next;
    Duration wait;
    const char* said;  // "": no error is shown
  };
  const Row rows[] = {
      {"an expired version inside the stream is listed again at once",
       error_line(410, "too old resource version"), kBrokenOk, kListAt10, seconds(0), ""},
      {"an expired version as HTTP is listed again at once", "", status_answer(410, "Expired"),
       kListAt10, seconds(0), ""},
      {"a version the server has not reached is listed again at once", "", too_large(), kListAt10,
       seconds(0), ""},
      {"another error inside the stream is listed again after a while",
       error_line(500, "etcdserver: no leader"), kBrokenOk, kListAt10, milliseconds(800),
       "watching /things: HTTP 500: etcdserver: no leader"},
      {"a line that is not JSON is listed again after a while", "what?\n", kBrokenOk, kListAt10,
       milliseconds(800), "an event cannot be read"},
      {"a line without an object is listed again after a while", "{\"type\":\"ADDED\"}\n",
       kBrokenOk, kListAt10, milliseconds(800), "an event has no type or no object"},
      {"a line that does not end is listed again after a while",
       std::string(kMaxWatchLineBytes + 1, ' '), kBrokenOk, kListAt10, milliseconds(800),
       "an event is over 8388608 bytes"},
      {"a cut connection is watched again after a while", "",
       make_error(ErrorKind::kTransient, "GET api:6443: reset"), kWatchAt10, milliseconds(800),
       "watching /things: GET api:6443: reset"},
      {"a silent connection is watched again after a while", "",
       make_error(ErrorKind::kTimeout, "silent"), kWatchAt10, milliseconds(800), "silent"},
      {"401 is watched again after a while", "", status_answer(401, "Unauthorized"), kWatchAt10,
       milliseconds(800), "HTTP 401: Unauthorized"},
      {"403 is watched again after a while", "", status_answer(403, "forbidden: User"), kWatchAt10,
       milliseconds(800), "HTTP 403: forbidden: User"},
      {"404 is watched again after a while", "", status_answer(404, "no such kind"), kWatchAt10,
       milliseconds(800), "HTTP 404: no such kind"},
      {"503 is watched again after a while", "", status_answer(503, "starting"), kWatchAt10,
       milliseconds(800), "HTTP 503: starting"},
      {"429 waits as long as the server asks", "", HttpResponse{429, {{"Retry-After", "7"}}, ""},
       kWatchAt10, seconds(7), "HTTP 429"},
      {"a watch that ends at once and empty is not asked again at once", "", kBrokenOk, kWatchAt10,
       milliseconds(800), "ended at once"},
  };
  for (const Row& row : rows) {
    Watch watch = streaming();
    EXPECT_EQ(to_text(watch.on_bytes(row.body)), Texts{}) << row.name;
    watch.on_stream_end(row.head, kFailuresStart, 0);
    EXPECT_EQ(watch.next(0).target, row.next) << row.name;
    EXPECT_EQ(watch.next(0).not_before, kFailuresStart + row.wait) << row.name;
    const std::string said = watch.error() ? watch.error()->message : "";
    EXPECT_EQ(watch.error().has_value(), *row.said != '\0') << row.name;
    EXPECT_NE(said.find(row.said), std::string::npos) << row.name << ": " << said;
  }
}

TEST(WatchFailure, OfAListDecidesWhereItGoesOn) {
  struct Row {
    const char* name;
    Result<HttpResponse> answer;
    Duration wait;
    const char* said;
  };
  const Row rows[] = {
      {"refused", make_error(ErrorKind::kTransient, "refused"), milliseconds(800), "refused"},
      {"not JSON", HttpResponse{200, {}, "<html>"}, milliseconds(800), "listing /things: "},
      {"wrong shape", HttpResponse{200, {}, "{\"items\":3}"}, milliseconds(800),
       "the answer is not a list"},
      {"403", status_answer(403, "forbidden"), milliseconds(800), "HTTP 403: forbidden"},
      {"429 with a wait in the body", status_answer(429, "busy", {{"retryAfterSeconds", 5}}),
       seconds(5), "HTTP 429: busy"},
  };
  for (const Row& row : rows) {
    Watch watch = unlisted();
    EXPECT_EQ(to_text(watch.on_page(row.answer, kFailuresStart, 0)), Texts{}) << row.name;
    EXPECT_EQ(watch.next(0).target, kListNewest) << row.name;
    EXPECT_EQ(watch.next(0).not_before, kFailuresStart + row.wait) << row.name;
    EXPECT_FALSE(watch.in_sync()) << row.name;
    ASSERT_TRUE(watch.error()) << row.name;
    EXPECT_NE(watch.error()->message.find(row.said), std::string::npos) << watch.error()->message;
    (void)watch.on_page(page({}, 10), kFailuresStart, 0);
    EXPECT_EQ(watch.error(), std::nullopt) << row.name;
  }
}

TEST(WatchFailure, OfAListAtAKnownVersionFallsBackToTheNewestState) {
  for (const HttpResponse& answer : {status_answer(410, "Expired"), too_large()}) {
    Watch watch = streaming();
    watch.on_stream_end(status_answer(410, "Expired"), kFailuresStart, 0);
    (void)watch.on_page(answer, kFailuresStart, 0);
    EXPECT_EQ(watch.next(0).target, kListNewest);
    EXPECT_EQ(watch.next(0).not_before, kFailuresStart);
    EXPECT_EQ(to_text(watch.on_page(page({object_named("a", 5)}, 7), kFailuresStart, 0)),
              Texts{"Restarted newest went back a@5 @7"});
  }
}

TEST(WatchFailure, AnExpiredContinueTokenBeginsTheListAfreshAfterAWhile) {
  for (const int code : {410, 400}) {
    Watch watch = unlisted();
    (void)watch.on_page(page({object_named("a", 1)}, 10, "token"), kFailuresStart, 0);
    (void)watch.on_page(status_answer(code, "continue"), kFailuresStart, 0);
    EXPECT_EQ(watch.next(0).target, kListNewest);
    EXPECT_EQ(watch.next(0).not_before, kFailuresStart + milliseconds(800));
    EXPECT_EQ(to_text(watch.on_page(page({object_named("b", 2)}, 11), kFailuresStart, 0)),
              Texts{"Restarted newest b@2 @11"});
  }
}

TEST(WatchFailure, AnOutageBetweenPagesDoesNotLoseThePagesRead) {
  Watch watch = unlisted();
  (void)watch.on_page(page({object_named("a", 1)}, 10, "token"), kFailuresStart, 0);
  (void)watch.on_page(status_answer(503, "starting"), kFailuresStart, 0);
  const auto last = watch.on_page(page({object_named("b", 2)}, 10), kFailuresStart, 0);
  EXPECT_EQ(to_text(last), Texts{"Restarted newest b@2 @10"});
  EXPECT_EQ(last.back().present, (std::set<std::string>{"a", "b"}));
}

// An object whose spec is nested deeper than any JSON that is read.
Json too_deep(const std::string& name, int version) {
  Json object = object_named(name, version);
  Json spec = 1;
  for (int i = 0; i < kMaxJsonDepth; ++i) spec = Json{{"f", std::move(spec)}};
  object["spec"] = std::move(spec);
  return object;
}

TEST(WatchFailure, AnObjectNestedTooDeepIsListedWithoutItsSpecAndHidesNone) {
  Watch watch = unlisted();
  const auto events = watch.on_page(
      page({object_named("a", 1), too_deep("b", 2), object_named("c", 3)}, 10), kFailuresStart, 0);
  ASSERT_EQ(to_text(events), Texts{"Restarted newest a@1 b@2 c@3 @10"});
  EXPECT_TRUE((*events.front().items.at(1))["spec"].is_string());
  EXPECT_FALSE(events.front().items.at(2)->contains("spec"));
}

TEST(WatchFailure, AnObjectNestedTooDeepDoesNotEndAWatch) {
  Watch watch = streaming();
  const auto events =
      watch.on_bytes(line("MODIFIED", too_deep("b", 12)) + line("MODIFIED", object_named("a", 13)));
  ASSERT_EQ(to_text(events), (Texts{"Modified b@12", "Modified a@13"}));
  EXPECT_TRUE((*events.front().object)["spec"].is_string());
  EXPECT_FALSE(watch.is_over());
}

TEST(WatchFailure, PagesOverTheBoundAreAskedForSmallerDownToSingleObjects) {
  Watch watch = unlisted();
  for (const char* limit : {"limit=31", "limit=3", "limit=1", "limit=1"}) {
    (void)watch.on_page(make_error(ErrorKind::kRefused, "over 64 MiB"), kFailuresStart, 0);
    EXPECT_NE(watch.next(0).target.find(limit), std::string::npos) << watch.next(0).target;
  }
}

TEST(WatchFailure, AnItemThatIsNoObjectDoesNotHideTheOthers) {
  Watch watch = unlisted();
  EXPECT_EQ(to_text(watch.on_page(page({"poison", object_named("b", 2)}, 10), kFailuresStart, 0)),
            Texts{"Restarted newest b@2 @10"});
}

TEST(WatchFailure, NothingAfterAnErrorInsideTheStreamIsTaken) {
  Watch watch = streaming();
  const std::string body = line("ADDED", object_named("a", 11)) + error_line(410, "Expired") +
                           line("ADDED", object_named("b", 12));
  EXPECT_EQ(to_text(watch.on_bytes(body)), Texts{"Added a@11"});
  EXPECT_TRUE(watch.is_over());
  EXPECT_EQ(to_text(watch.on_bytes(line("ADDED", object_named("c", 13)))), Texts{});
}

TEST(WatchFailure, IsForgottenWhenTheNextStreamSpeaks) {
  Watch watch = streaming();
  watch.on_stream_end(make_error(ErrorKind::kTransient, "reset"), kFailuresStart, 0);
  ASSERT_TRUE(watch.error());
  watch.on_stream_begin(kFailuresStart);
  (void)watch.on_bytes(line("BOOKMARK", object_named("", 11)));
  EXPECT_EQ(watch.error(), std::nullopt);
}

TEST(WatchBackoff, DoublesFromUnderASecondToHalfAMinuteAndBeginsAgainAfterTwoQuietMinutes) {
  WatchBackoff backoff;
  std::vector<long> waits;
  TimePoint now = kFailuresStart;
  for (int i = 0; i < 8; ++i) waits.push_back(backoff.next(now, 0).count());
  EXPECT_EQ(waits, (std::vector<long>{800, 1600, 3200, 6400, 12800, 25600, 30000, 30000}));
  EXPECT_EQ(backoff.next(now, 1.0), seconds(15));
  now += minutes(2) + milliseconds(1);
  EXPECT_EQ(backoff.next(now, 0), milliseconds(800));
}

}  // namespace
}  // namespace freshet
