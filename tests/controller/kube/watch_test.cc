// The watch as a state machine: what it asks for, and what it makes of good answers.
#include "controller/kube/watch.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/controller/kube/watch_fixture.h"

namespace freshet {
namespace {

using testing::error_line;
using testing::line;
using testing::object_named;
using testing::page;
using testing::Texts;
using testing::to_text;

constexpr TimePoint kWatchStart{std::chrono::hours(24)};
const HttpResponse kStreamOk{200, {}, ""};

HttpResponse still_to_come() {
  return testing::status_answer(
      504, "Too large resource version",
      {{"causes", Json::array({{{"reason", "ResourceVersionTooLarge"}}})}});
}

WatchOptions options(Duration server_timeout = minutes(5)) {
  WatchOptions made;
  made.path = "/apis/x/v1/things";
  made.server_timeout = server_timeout;
  return made;
}

// A watch that has listed nothing at resourceVersion 10 and is about to stream.
Watch listed() {
  Watch watch(options());
  EXPECT_EQ(to_text(watch.on_page(page({}, 10), kWatchStart, 0)), Texts{"Restarted newest @10"});
  watch.on_stream_begin(kWatchStart);
  return watch;
}

TEST(Watch, ListsTheNewestStateInPagesAndThenWatchesFromIt) {
  Watch watch(options());
  EXPECT_EQ(watch.next(0).target, "/apis/x/v1/things?limit=250");
  EXPECT_FALSE(watch.next(0).is_stream);
  EXPECT_EQ(to_text(watch.on_page(page({object_named("a", 3)}, 10, "go on"), kWatchStart, 0)),
            Texts{"Listed newest a@3 @10"});
  EXPECT_FALSE(watch.in_sync());
  EXPECT_EQ(watch.next(0).target, "/apis/x/v1/things?limit=250&continue=go%20on");
  const auto last = watch.on_page(page({object_named("b", 4)}, 10), kWatchStart, 0);
  EXPECT_EQ(to_text(last), Texts{"Restarted newest b@4 @10"});
  EXPECT_EQ(last.back().present, (std::set<std::string>{"a", "b"}));
  EXPECT_TRUE(watch.in_sync());
  const WatchRequest request = watch.next(0.5);
  EXPECT_TRUE(request.is_stream);
  EXPECT_EQ(request.timeout, seconds(450));
  EXPECT_EQ(request.target,
            "/apis/x/v1/things?watch=1&allowWatchBookmarks=true&resourceVersion=10"
            "&timeoutSeconds=450");
}

// The Revisions that Knative keeps of a few thousand Services.
TEST(Watch, AListMayHoldMoreThanFiftyThousandObjects) {
  Watch watch(options());
  constexpr int kPages = 201;
  std::size_t items = 0;
  std::size_t present = 0;
  for (int i = 0; i < kPages; ++i) {
    std::vector<Json> objects;
    for (int j = 0; j < 250; ++j) {
      objects.push_back(object_named(std::to_string(i) + "-" + std::to_string(j), 3));
    }
    const std::string next = i + 1 < kPages ? "more" : "";
    for (const WatchEvent& event : watch.on_page(page(objects, 10, next), kWatchStart, 0)) {
      items += event.items.size();
      present = event.present.size();
    }
  }
  EXPECT_EQ(watch.error(), std::nullopt);
  EXPECT_TRUE(watch.in_sync());
  EXPECT_EQ(items, kPages * 250U);
  EXPECT_EQ(present, kPages * 250U);
}

TEST(Watch, LeavesATimeoutOutWhereTheServerAnswersAtOnce) {
  Watch watch(options(Duration(0)));
  (void)watch.on_page(page({}, 10), kWatchStart, 0);
  EXPECT_EQ(watch.next(0).target,
            "/apis/x/v1/things?watch=1&allowWatchBookmarks=true&resourceVersion=10");
  watch.on_stream_begin(kWatchStart);
  watch.on_stream_end(kStreamOk, kWatchStart, 0);
  EXPECT_EQ(watch.error(), std::nullopt);
  EXPECT_EQ(watch.next(0).not_before, kWatchStart);
}

TEST(Watch, RestsBetweenWatchesWhereToldTo) {
  WatchOptions slow = options(Duration(0));
  slow.rest = seconds(1);
  Watch watch(slow);
  (void)watch.on_page(page({}, 10), kWatchStart, 0);
  watch.on_stream_begin(kWatchStart);
  watch.on_stream_end(kStreamOk, kWatchStart, 0);
  EXPECT_EQ(watch.next(0).not_before, kWatchStart + seconds(1));
}

TEST(Watch, AppendsToASelectorInThePath) {
  WatchOptions selecting = options();
  selecting.path += "?labelSelector=a%3Db";
  EXPECT_EQ(Watch(selecting).next(0).target, "/apis/x/v1/things?labelSelector=a%3Db&limit=250");
}

// Everything a server may say in one body, with a name that is not ASCII.
std::string busy_body() {
  return line("ADDED", object_named("a", 11)) + line("MODIFIED", object_named("b€ü", 12)) + "\n" +
         line("LATER_INVENTION", object_named("x", 13)) +
         line("BOOKMARK", {{"metadata", {{"resourceVersion", "14"}}}}) +
         line("DELETED", object_named("a", 15));
}
const Texts kBusyEvents = {"Added a@11", "Modified b€ü@12", "Bookmark @14", "Deleted a@15"};

TEST(Watch, YieldsTheSameEventsHoweverTheNetworkCutsTheBody) {
  const std::string body = busy_body();
  for (std::size_t size = 1; size <= body.size(); ++size) {
    Watch watch = listed();
    Texts all;
    for (std::size_t at = 0; at < body.size(); at += size) {
      for (std::string& text : to_text(watch.on_bytes(std::string_view(body).substr(at, size)))) {
        all.push_back(std::move(text));
      }
    }
    EXPECT_EQ(all, kBusyEvents) << "pieces of " << size;
    watch.on_stream_end(kStreamOk, kWatchStart, 0);
    EXPECT_NE(watch.next(0).target.find("resourceVersion=15"), std::string::npos);
  }
}

TEST(Watch, ResumesAfterTheLastWholeEventWhereverTheStreamIsCut) {
  const std::string body = busy_body();
  const Error cut = make_error(ErrorKind::kTransient, "reset");
  for (std::size_t length = 0; length <= body.size(); ++length) {
    Watch watch = listed();
    const auto events = watch.on_bytes(std::string_view(body).substr(0, length));
    watch.on_stream_end(cut, kWatchStart, 0);
    const std::string last = events.empty() ? "10" : events.back().resource_version;
    EXPECT_NE(watch.next(0).target.find("resourceVersion=" + last + "&"), std::string::npos)
        << "cut after " << length;
  }
}

TEST(Watch, GoesOnAtOnceWhenTheServersTimeIsUp) {
  Watch watch = listed();
  watch.on_stream_end(kStreamOk, kWatchStart + minutes(5), 0);
  EXPECT_EQ(watch.error(), std::nullopt);
  EXPECT_EQ(watch.next(0).not_before, kWatchStart + minutes(5));
}

TEST(Watch, CarriesTheObjectOfAnEventUnchanged) {
  Watch watch = listed();
  Json object = object_named("a", 11);
  object["spec"] = {{"x", {1, 2, 3}}};
  const auto events = watch.on_bytes(line("ADDED", object));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(*events[0].object, object);
}

TEST(Watch, TakesAnEventOfThreeMebibytes) {
  Watch watch = listed();
  Json object = object_named("big", 11);
  object["blob"] = std::string(3 << 20, 'x');
  const std::string body = line("ADDED", object);
  std::size_t events = 0;
  for (std::size_t at = 0; at < body.size(); at += 16384) {
    events += watch.on_bytes(std::string_view(body).substr(at, 16384)).size();
  }
  EXPECT_EQ(events, 1U);
}

TEST(Watch, KeysAreNamespaceAndName) {
  Json object = object_named("checkout", 1);
  EXPECT_EQ(object_key(object), "checkout");
  object["metadata"]["namespace"] = "shop";
  EXPECT_EQ(object_key(object), "shop/checkout");
}

// A backup was restored: each page of the newest list is older than what was told.
TEST(Watch, ANewestListThatIsOlderThanWhatWasToldSaysThatHistoryWentBack) {
  Watch watch = listed();
  (void)watch.on_bytes(line("ADDED", object_named("a", 900)) + error_line(410, "too old"));
  watch.on_stream_end(kStreamOk, kWatchStart, 0);
  (void)watch.on_page(still_to_come(), kWatchStart, 0);
  EXPECT_EQ(to_text(watch.on_page(page({object_named("a", 400)}, 500, "more"), kWatchStart, 0)),
            Texts{"Listed newest went back a@400 @500"});
  EXPECT_EQ(to_text(watch.on_page(page({object_named("b", 3)}, 500), kWatchStart, 0)),
            Texts{"Restarted newest went back b@3 @500"});
  watch.on_stream_begin(kWatchStart);
  EXPECT_EQ(to_text(watch.on_bytes(line("ADDED", object_named("c", 501)))), Texts{"Added c@501"});
}

TEST(Watch, AnEventThatIsOlderThanWhereTheWatchBeganBeginsAListOfTheNewestState) {
  Watch watch = listed();
  EXPECT_EQ(to_text(watch.on_bytes(line("ADDED", object_named("a", 9)) +
                                   line("ADDED", object_named("b", 11)))),
            Texts{});
  EXPECT_TRUE(watch.is_over());
  watch.on_stream_end(kStreamOk, kWatchStart, 0);
  EXPECT_EQ(watch.error(), std::nullopt);
  EXPECT_EQ(watch.next(0).target, "/apis/x/v1/things?limit=250");
  EXPECT_EQ(to_text(watch.on_page(page({object_named("a", 9)}, 9), kWatchStart, 0)),
            Texts{"Restarted newest went back a@9 @9"});
}

// kubernetes#107457: nothing is told from a version that is still to come, not even a bookmark.
TEST(Watch, AfterAStreamWithoutAWordForMinutesBeginsAListOfTheNewestState) {
  Watch silent = listed();
  silent.on_stream_end(kStreamOk, kWatchStart + minutes(5), 0);
  EXPECT_EQ(silent.next(0).target, "/apis/x/v1/things?limit=250");
  Watch quiet = listed();
  (void)quiet.on_bytes(line("BOOKMARK", object_named("", 10)));
  quiet.on_stream_end(kStreamOk, kWatchStart + minutes(5), 0);
  EXPECT_TRUE(quiet.next(0).is_stream);
}

}  // namespace
}  // namespace freshet
