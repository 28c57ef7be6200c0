// From a transition to a message, with the controller of production on virtual time: each is told
// at least once, with one id, in order, and no retreat waits for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

using ::testing::ElementsAre;

class NotificationStory : public ::testing::Test {
 protected:
  NotificationStory() {
    NotificationSink sink{.name = "all", .kind = SinkKind::kWebhook, .url = ""};
    sink.url = "https://receiver.io/";
    sink.reasons = {"All"};
    cluster().sinks = {sink};
    cluster().receive = [this](const HttpRequest& request) -> Result<HttpResponse> {
      const auto body = parse_json(request.body);
      tried_.push_back(string_or(*body, "reason"));
      if (status_ != 204) return HttpResponse{status_, {}, ""};
      heard_.push_back(*body);
      return HttpResponse{status_, {}, ""};
    };
    cluster().restart();
    shop_.adopt();
    cluster().run_until(cluster().now() + minutes(1));
  }

  SimulatedCluster& cluster() { return shop_.cluster(); }
  std::vector<std::string> reasons() const {
    std::vector<std::string> out;
    for (const Json& body : heard_) out.push_back(string_or(body, "reason"));
    return out;
  }
  std::set<std::string> ids_of(const std::string& reason) const {
    std::set<std::string> out;
    for (const Json& body : heard_) {
      if (string_or(body, "reason") == reason) out.insert(string_or(body, "id"));
    }
    return out;
  }
  std::string phase() {
    const Json service = cluster().service({"shop", "checkout"});
    const auto core = parse_json(
        string_or(at_path(service, {"metadata", "annotations"}), std::string(kCoreAnnotation)));
    return core ? string_or(*core, "phase") : "";
  }
  void settle() { cluster().run_until(cluster().now() + minutes(1)); }

  TrackedShop shop_{Pace::kQuick};
  int status_ = 204;
  std::vector<std::string> tried_;  // reasons
  std::vector<Json> heard_;         // bodies that were taken
};

TEST_F(NotificationStory, EachTransitionIsToldOnceInOrderAndNothingIsLeftInStatus) {
  const Digest before = *Digest::parse(shop_.status().stable->digests.begin()->second);
  const Digest digest = shop_.rebuild(0.002);
  ASSERT_TRUE(shop_.until_outcome("Promoted", hours(1)));
  settle();
  EXPECT_THAT(reasons(),
              ElementsAre("Adopted", "CandidateFound", "CandidateReady", "Baking", "Promoted"));
  const Json& last = heard_.back();
  EXPECT_EQ(at_path(last, {"fromDigests", "app"}), before.get());
  EXPECT_EQ(at_path(last, {"toDigests", "app"}), digest.get());
  EXPECT_EQ(string_or(last, "phase"), "Idle");
  EXPECT_EQ(string_or(last, "rollout"), shop_.status().history.front().rollout);
  EXPECT_TRUE(shop_.status().undelivered.empty());
  cluster().restart();
  settle();
  EXPECT_EQ(heard_.size(), 5u);
}

TEST_F(NotificationStory, WhatDiedBetweenWriteAndStatusIsToldAfterTheRestart) {
  status_ = 503;
  cluster().world().fail(sandbox::kKubeHost, {500, "{}", "PATCH trackedservices/status"},
                         minutes(10));
  shop_.rebuild(0.3);
  ASSERT_TRUE(cluster().run_until([&] { return phase() == "Preparing"; }, minutes(5)));
  ASSERT_TRUE(cluster().run_until(
      [&] { return !tried_.empty() && tried_.back() == "CandidateFound"; }, minutes(1)));
  status_ = 204;
  EXPECT_EQ(shop_.status().phase, "Idle") << "status has not heard of it";
  cluster().restart();
  ASSERT_TRUE(cluster().run_until([&] { return !ids_of("CandidateFound").empty(); }, minutes(9)));
  EXPECT_TRUE(shop_.until_outcome("RolledBack", hours(1)));
  settle();
  EXPECT_THAT(reasons(), ElementsAre("Adopted", "CandidateFound", "CandidateReady", "RolledBack",
                                     "TemplateReverted"));
}

TEST_F(NotificationStory, WhatWasDeliveredBeforeACrashHasTheSameIdAfterIt) {
  cluster().world().fail(sandbox::kKubeHost, {500, "{}", "PATCH trackedservices/status"},
                         minutes(10));
  shop_.rebuild(0.002);
  ASSERT_TRUE(cluster().run_until([&] { return !ids_of("CandidateFound").empty(); }, minutes(5)));
  cluster().restart();
  ASSERT_TRUE(shop_.until_outcome("Promoted", hours(1)));
  settle();
  EXPECT_GE(std::ranges::count(reasons(), "CandidateFound"), 2);
  EXPECT_EQ(ids_of("CandidateFound").size(), 1u);
}

TEST_F(NotificationStory, WhatASinkHasNotTakenStandsInStatusAndOutlivesARestart) {
  status_ = 500;
  shop_.rebuild(0.3);
  ASSERT_TRUE(shop_.until_phase("Shifting", minutes(5)));
  const auto waiting = shop_.status().undelivered;
  ASSERT_EQ(waiting.size(), 2u);
  EXPECT_EQ(waiting[0].reason, "CandidateFound");
  cluster().restart();
  status_ = 204;
  ASSERT_TRUE(shop_.until_outcome("RolledBack", hours(1)));
  settle();
  EXPECT_THAT(reasons(), ElementsAre("Adopted", "CandidateFound", "CandidateReady", "RolledBack",
                                     "TemplateReverted"));
  EXPECT_EQ(ids_of("CandidateFound"), std::set<std::string>{waiting[0].id});
  EXPECT_TRUE(shop_.status().undelivered.empty());
}

// To the second: what is sent, and whether it is taken, changes nothing of what is done.
TEST_F(NotificationStory, ARetreatIsAsFastWithASinkThatIsDownAsWithoutOne) {
  const auto time_to_roll_back = [](TrackedShop& shop) {
    shop.rebuild(0.3);
    const TimePoint start = shop.cluster().now();
    EXPECT_TRUE(shop.until_outcome("RolledBack", hours(1)));
    return shop.cluster().now() - start;
  };
  TrackedShop alone(Pace::kQuick);
  alone.adopt();
  alone.cluster().run_until(cluster().now());
  status_ = 500;
  EXPECT_LE(time_to_roll_back(shop_), time_to_roll_back(alone) + seconds(1));
}

TEST_F(NotificationStory, AHoldThatNeedsAPersonIsToldWhenItBegins) {
  shop_.rebuild(0.002);
  ASSERT_TRUE(shop_.until_outcome("Promoted", hours(1)));
  heard_.clear();
  // The tag names again what it named before.
  sandbox::ImageBehaviour good;
  good.error_rate = 0.002;
  cluster().world().push("shop/checkout", "1", good, kStoryStart - days(30));
  ASSERT_TRUE(cluster().run_until([&] { return !shop_.status().holds.empty(); }, minutes(5)));
  cluster().run_until(cluster().now() + minutes(30));
  EXPECT_THAT(reasons(), ElementsAre("DowngradeHeld"));
}

}  // namespace
}  // namespace freshet
