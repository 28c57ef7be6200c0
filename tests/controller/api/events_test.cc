// Events: what a listener hears, from where, and when it is dropped.
#include "controller/api/events.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/api/changes.h"
#include "controller/api/listeners.h"
#include "tests/controller/api/api_bed.h"

namespace freshet::api {
namespace {

const ServiceKey kCheckout{"shop", "checkout"};
const ServiceKey kCart{"shop", "cart"};
const Duration kThen = seconds(100);

WatchEvent event_of(WatchEvent::Type type, const JsonPtr& object) {
  WatchEvent event;
  event.type = type;
  event.object = object;
  return event;
}

std::string heard(Events& events, Events::Listener& listener, Duration now = kThen) {
  return events.next(listener, now).value_or("dropped");
}

TEST(Events, AreHeardInOrderByThoseWhoseScopeTheyAreIn) {
  Events events("e");
  const auto all = events.listen({}, "ann", "", kThen);
  const auto one = events.listen(kCart, "bob", "", kThen);
  EXPECT_EQ(heard(events, *all), "retry: 2000\nid: e-0\n\n");
  heard(events, *one);
  events.tell("service", kCheckout, {{"phase", "Idle"}});
  events.tell("transition", kCart, {{"reason", "Promoted"}});
  const std::string second = "id: e-2\nevent: transition\ndata: {\"reason\":\"Promoted\"}\n\n";
  EXPECT_EQ(heard(events, *all),
            "id: e-1\nevent: service\ndata: {\"phase\":\"Idle\"}\n\n" + second);
  EXPECT_EQ(heard(events, *one), second);
  EXPECT_EQ(heard(events, *all), "");
}

TEST(Events, GoOnBehindTheLastOneThatWasHeard) {
  Events events("e");
  for (int i = 1; i <= 3; ++i) events.tell("service", kCart, {{"n", i}});
  const auto again = events.listen({}, "ann", "e-2", kThen);
  EXPECT_EQ(heard(events, *again), "retry: 2000\n\nid: e-3\nevent: service\ndata: {\"n\":3}\n\n");
}

TEST(Events, WhoeverMayHaveMissedSomeIsTold) {
  Events events("e");
  for (std::size_t i = 0; i < kMaxEventsKept + 2; ++i)
    events.tell("service", kCart, Json::object());
  const std::string reset = "retry: 2000\nid: e-4098\nevent: reset\ndata: {}\n\n";
  for (const std::string id : {"e-1", "other-4098", "e-5000", "e-x", "nonsense"}) {
    const auto listener = events.listen({}, id, id, kThen);
    EXPECT_EQ(heard(events, *listener), reset) << id;
  }
}

TEST(Events, AListenerThatFallsOutOfTheMemoryIsDropped) {
  Events events("e");
  const auto slow = events.listen({}, "ann", "", kThen);
  const std::string large(kMaxEventBytes - 100, 'x');
  for (int i = 0; i < 300; ++i) events.tell("service", kCart, {{"text", large}});
  EXPECT_EQ(heard(events, *slow), "dropped");
}

TEST(Events, ALongListIsHandedOutInPieces) {
  Events events("e");
  const auto listener = events.listen({}, "ann", "", kThen);
  const std::string large(kMaxEventBytes - 100, 'x');
  for (int i = 0; i < 20; ++i) events.tell("service", kCart, {{"text", large}});
  std::string text;
  for (std::string more = heard(events, *listener); !more.empty();) {
    EXPECT_LT(more.size(), kMaxEventBatch + kMaxEventBytes + 1000);
    text += more;
    more = heard(events, *listener);
  }
  EXPECT_NE(text.find("id: e-20\n"), std::string::npos);
}

TEST(Events, NothingForAWhileIsToldAsAHeartbeat) {
  Events events("e");
  const auto listener = events.listen({}, "ann", "", kThen);
  heard(events, *listener);
  EXPECT_EQ(heard(events, *listener, kThen + kHeartbeat - milliseconds(1)), "");
  EXPECT_EQ(heard(events, *listener, kThen + kHeartbeat), ":\n\n");
  EXPECT_EQ(heard(events, *listener, kThen + kHeartbeat), "");
}

TEST(Events, ListenersAreBoundedAndLeaveTheirPlace) {
  Events events("e");
  std::vector<Events::ListenerPtr> all;
  for (std::size_t i = 0; i < kMaxListenersOfOne; ++i) {
    all.push_back(events.listen({}, "ann", "", kThen));
  }
  EXPECT_EQ(events.listen({}, "ann", "", kThen), nullptr);
  while (all.size() < kMaxListeners) {
    all.push_back(events.listen({}, "user" + std::to_string(all.size()), "", kThen));
  }
  EXPECT_EQ(events.listen({}, "bob", "", kThen), nullptr);
  all.erase(all.begin());
  EXPECT_NE(events.listen({}, "ann", "", kThen), nullptr);
}

TEST(ApiEvents, TellTransitionsAndChangesOfState) {
  ApiBed bed;
  const auto stream = bed.listen("/api/v1/events?namespace=shop", "vera");
  ASSERT_TRUE(stream);
  EXPECT_TRUE(stream()->starts_with("retry: "));
  bed.shop.rebuild(0.002);
  ASSERT_TRUE(bed.shop.until_outcome("Promoted", hours(1)));
  std::string text;
  for (std::string more = *stream(); !more.empty(); more = *stream()) text += more;
  EXPECT_NE(text.find("event: transition"), std::string::npos);
  for (const std::string reason : {"CandidateFound", "CandidateReady", "Promoted"}) {
    EXPECT_NE(text.find("\"reason\":\"" + reason + "\""), std::string::npos) << reason;
  }
  for (const std::string phase : {"Preparing", "Shifting", "Idle"}) {
    EXPECT_NE(text.find("\"phase\":\"" + phase + "\""), std::string::npos) << phase;
  }
  EXPECT_EQ(text.find("canary-3f1c"), std::string::npos);
}

TEST(ApiEvents, AreForThoseWhoMayWatchAndForNobodyElse) {
  ApiBed bed;
  EXPECT_EQ(bed.get("/api/v1/events?namespace=shop", "nora").status, 403);
  EXPECT_EQ(bed.get("/api/v1/events", "vera").status, 403);
  EXPECT_EQ(bed.get("/api/v1/events?namespace=shop", "").status, 401);
  EXPECT_EQ(bed.get("/api/v1/events?name=checkout", "vera").status, 400);
}

TEST(ApiEvents, AListenerWhoMayNotWatchAnyMoreIsDropped) {
  ApiBed bed;
  const auto stream = bed.listen("/api/v1/events?namespace=shop", "vera");
  bed.run_for(kListenerRechecked);
  bed.api().recheck();
  EXPECT_TRUE(stream().has_value());
  bed.revoked = "vera";
  bed.run_for(kListenerRechecked);
  bed.api().recheck();
  EXPECT_FALSE(stream().has_value());
}

TEST(ApiEvents, WhereTheClusterCannotBeAskedAListenerIsTrustedForAWhile) {
  ApiBed bed;
  const auto stream = bed.listen("/api/v1/events?namespace=shop", "vera");
  bed.is_reachable = false;
  bed.run_for(kListenerRechecked);
  bed.api().recheck();
  EXPECT_TRUE(stream().has_value());
  bed.run_for(kListenerTrusted);
  bed.api().recheck();
  EXPECT_FALSE(stream().has_value());
}

TEST(Changes, WhatIsGoneIsTold) {
  Events events("e");
  Changes changes(events);
  const auto listener = events.listen({}, "ann", "", kThen);
  heard(events, *listener);
  const auto tracked =
      std::make_shared<const Json>(Json{{"metadata", {{"name", "cart"}, {"namespace", "shop"}}}});
  changes.hear("", event_of(WatchEvent::Type::kAdded, tracked));
  changes.hear("", event_of(WatchEvent::Type::kModified, tracked));  // nothing new
  changes.hear("", event_of(WatchEvent::Type::kDeleted, tracked));
  const std::string text = heard(events, *listener);
  EXPECT_NE(text.find("id: e-1\nevent: service\n"), std::string::npos) << text;
  EXPECT_TRUE(
      text.ends_with("id: e-2\nevent: gone\ndata: {\"name\":\"cart\",\"namespace\":\"shop\"}\n\n"))
      << text;
}

}  // namespace
}  // namespace freshet::api
