// The shell around the watch: requests go out, events come in, failures wait.
#include "controller/kube/watcher.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/net/local_transport.h"
#include "tests/controller/kube/watch_fixture.h"

namespace freshet {
namespace {

using testing::line;
using testing::object_named;
using testing::page;
using testing::status_answer;
using testing::Texts;
using testing::to_text;

constexpr TimePoint kStart{std::chrono::hours(24)};

struct Bench {
  std::vector<Result<HttpResponse>> answers;
  Texts asked;
  Texts events;
  LocalTransport transport{[this](const HttpRequest& request) -> Result<HttpResponse> {
                             asked.push_back(request.url);
                             if (asked.size() > answers.size()) {
                               return make_error(ErrorKind::kTransient, "no answer left");
                             }
                             return answers[asked.size() - 1];
                           },
                           5};
  TokenSource tokens{Secret()};
  ManualClock clock{kStart};
  KubeClient client{transport, tokens, clock, {.server = "http://api"}};
  Watcher watcher{client,
                  clock,
                  {.path = "/things", .server_timeout = Duration(0)},
                  [this](const WatchEvent& event) { events.push_back(to_text(event)); },
                  [] { return 0.0; }};
};

TEST(Watcher, ListsThenWatchesThenResumes) {
  Bench b;
  b.answers = {page({object_named("a", 3)}, 10),
               HttpResponse{200, {}, line("MODIFIED", object_named("a", 11))},
               HttpResponse{200, {}, line("DELETED", object_named("a", 12))}};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(b.watcher.run_once(), kStart);
  EXPECT_EQ(b.events, (Texts{"Restarted newest a@3 @10", "Modified a@11", "Deleted a@12"}));
  EXPECT_EQ(b.asked,
            (Texts{"http://api/things?limit=250",
                   "http://api/things?watch=1&allowWatchBookmarks=true&resourceVersion=10",
                   "http://api/things?watch=1&allowWatchBookmarks=true&resourceVersion=11"}));
  EXPECT_TRUE(b.watcher.in_sync());
}

TEST(Watcher, AfterAFailureAsksNothingBeforeItsTime) {
  Bench b;
  b.answers = {status_answer(503, "starting"), page({}, 10)};
  const TimePoint due = b.watcher.run_once();
  EXPECT_EQ(due, kStart + milliseconds(800));
  ASSERT_TRUE(b.watcher.error());
  EXPECT_EQ(b.watcher.error()->message, "listing /things: HTTP 503: starting");
  EXPECT_EQ(b.watcher.run_once(), due);
  EXPECT_EQ(b.asked.size(), 1U);
  b.clock.set(due);
  b.watcher.run_once();
  EXPECT_EQ(b.events, Texts{"Restarted newest @10"});
  EXPECT_EQ(b.watcher.error(), std::nullopt);
}

TEST(Watcher, GivesUpAStreamAtTheFirstErrorInIt) {
  Bench b;
  b.answers = {
      page({}, 10),
      HttpResponse{
          200, {}, testing::error_line(410, "Expired") + line("ADDED", object_named("x", 99))},
      page({object_named("b", 12)}, 13)};
  for (int i = 0; i < 3; ++i) b.watcher.run_once();
  EXPECT_EQ(b.events, (Texts{"Restarted newest @10", "Restarted b@12 @13"}));
}

TEST(Watcher, RunsUntilItIsStopped) {
  Bench b;
  b.answers = {page({}, 10)};
  b.watcher.run_until_stopped([&] { return b.asked.size() >= 2; });
  EXPECT_EQ(b.events, Texts{"Restarted newest @10"});
  EXPECT_EQ(b.asked.size(), 2U);
}

}  // namespace
}  // namespace freshet
