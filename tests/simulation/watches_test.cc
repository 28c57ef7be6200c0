// Watches that cannot be read, in a simulated cluster: what is told, and who goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class WatchesInACluster : public ::testing::Test {
 protected:
  // "WatchFails Service pay", with the reasons apart.
  void keep(const LogLine& line) {
    if (!line.event.starts_with("Watch")) return;
    told.push_back(line.event + " " + line.fields[0].second + " " + line.fields[1].second);
    if (line.fields.size() > 2) reasons.push_back(line.fields[2].second);
  }
  void fail(sandbox::Fault fault, Duration lasting) {
    shop.cluster().world().fail(sandbox::kKubeHost, std::move(fault), lasting);
  }
  void run_for(Duration time) { shop.cluster().run_until(shop.cluster().now() + time); }
  std::string page() { return shop.cluster().metrics().render(shop.cluster().now()); }

  std::vector<std::string> told;
  std::vector<std::string> reasons;
  Log log = [this](const LogLine& line) { keep(line); };
  TrackedShop shop{Pace::kQuick, story_world(1), {}, log};
};

class WatchesOfTwoNamespaces : public WatchesInACluster {
 protected:
  WatchesOfTwoNamespaces() {
    sandbox::World& world = two.cluster().world();
    const Json meta = {{"name", "till"}, {"namespace", "pay"}};
    const Json container = {{"name", "app"}, {"image", "registry.sandbox/shop/checkout:1"}};
    EXPECT_TRUE(world.create(
        {{"apiVersion", "serving.knative.dev/v1"},
         {"kind", "Service"},
         {"metadata", meta},
         {"spec", {{"template", {{"spec", {{"containers", Json::array({container})}}}}}}}}));
    EXPECT_TRUE(world.create({{"apiVersion", "freshet.dev/v1alpha1"},
                              {"kind", "TrackedService"},
                              {"metadata", meta},
                              {"spec", {{"analysis", {{"mode", "ReadinessOnly"}}}}}}));
  }
  static ControllerOptions options() {
    ControllerOptions out;
    out.namespaces = {"pay", "shop"};
    return out;
  }
  TrackedServiceStatus till() { return two.cluster().status({"pay", "till"}); }

  TrackedShop two{Pace::kQuick, story_world(1), options(), log};
};

TEST_F(WatchesInACluster, AWatchThatIsForbiddenIsToldOnceAndOnceThatItGoesOn) {
  shop.adopt();
  EXPECT_THAT(told, IsEmpty());
  EXPECT_THAT(page(), HasSubstr(R"(freshet_watch_failing{kind="TrackedService",namespace=""} 0)"));
  fail({403, "", "WATCH trackedservices"}, minutes(5));
  run_for(minutes(3));
  EXPECT_THAT(told, ElementsAre("WatchFails TrackedService all namespaces"));
  EXPECT_THAT(reasons, ElementsAre(HasSubstr("403")));
  EXPECT_THAT(page(), HasSubstr(R"(freshet_watch_failing{kind="TrackedService",namespace=""} 1)"));
  run_for(minutes(5));
  EXPECT_THAT(told, ElementsAre("WatchFails TrackedService all namespaces",
                                "WatchGoesOn TrackedService all namespaces"));
  EXPECT_THAT(page(), HasSubstr(R"(freshet_watch_failing{kind="TrackedService",namespace=""} 0)"));
}

TEST_F(WatchesInACluster, AServerThatIsGoneForAMomentIsNotToldAndForMinutesIs) {
  shop.adopt();
  fail({503, "", "WATCH services"}, seconds(20));
  run_for(minutes(2));
  EXPECT_THAT(told, IsEmpty());
  fail({503, "", "WATCH services"}, minutes(5));
  run_for(minutes(3));
  EXPECT_THAT(told, ElementsAre("WatchFails Service all namespaces"));
}

TEST_F(WatchesOfTwoNamespaces, OneThatIsForbiddenIsToldAndTheOtherRollsOut) {
  sandbox::World& world = two.cluster().world();
  world.fail(sandbox::kKubeHost, {403, "", "", "pay"}, hours(3));
  two.adopt();
  two.rebuild(0.002);
  ASSERT_TRUE(two.until_outcome("Promoted", hours(2))) << two.status().message;
  EXPECT_THAT(told, ElementsAre("WatchFails Service pay", "WatchFails Revision pay",
                                "WatchFails TrackedService pay"));
  EXPECT_EQ(till().phase, "");
  two.cluster().run_until([&] { return till().phase == "Idle"; }, hours(3));
  EXPECT_EQ(till().phase, "Idle");
  EXPECT_EQ(told.size(), 6U);
}

// A Service that was not read is not one that is not there.
TEST_F(WatchesOfTwoNamespaces, WhereServicesAreForbiddenTheirTrackersHaveNoPass) {
  sandbox::World& world = two.cluster().world();
  world.fail(sandbox::kKubeHost, {403, "", "GET services", "pay"}, minutes(30));
  two.adopt();
  EXPECT_EQ(till().phase, "");
  two.cluster().run_until([&] { return till().phase == "Idle"; }, hours(3));
  EXPECT_EQ(till().phase, "Idle");
}

TEST_F(WatchesInACluster, AServiceThatCannotBeReadIsNotSaidToBeMissing) {
  const ServiceKey ghost{"shop", "ghost"};
  const Json meta = {{"name", ghost.name}, {"namespace", ghost.name_space}};
  ASSERT_TRUE(shop.cluster().world().create({{"apiVersion", "freshet.dev/v1alpha1"},
                                             {"kind", "TrackedService"},
                                             {"metadata", meta},
                                             {"spec", Json::object()}}));
  const auto is_told = [&](const std::string& reason) {
    const auto told_so = [&] { return shop.cluster().status(ghost).reason == reason; };
    return shop.cluster().run_until(told_so, minutes(1));
  };
  ASSERT_TRUE(is_told("ServiceNotFound"));
  WatchEvent event;
  event.type = WatchEvent::Type::kAdded;
  Json unreadable = {{"metadata", meta}};
  unreadable["metadata"].update({{"uid", "u-1"}, {"resourceVersion", "1"}});
  event.object = std::make_shared<const Json>(unreadable);
  shop.cluster().controller().on_event(Kind::kService, "", event);
  ASSERT_TRUE(is_told("ServiceUnreadable"));
  EXPECT_EQ(shop.cluster().status(ghost).message,
            "Service ghost cannot be read: the API returned a Service without spec.template");
  event.type = WatchEvent::Type::kDeleted;
  shop.cluster().controller().on_event(Kind::kService, "", event);
  EXPECT_TRUE(is_told("ServiceNotFound"));
}

// The server's refusal of all is not an empty cluster.
TEST_F(WatchesOfTwoNamespaces, WhereAllAreForbiddenNothingHasBeenRead) {
  sandbox::World& world = two.cluster().world();
  world.fail(sandbox::kKubeHost, {403, "", ""}, minutes(30));
  two.cluster().run_until(two.cluster().now() + minutes(5));
  EXPECT_EQ(told.size(), 6U);
  EXPECT_FALSE(two.cluster().in_sync());
}

TEST_F(WatchesOfTwoNamespaces, WhereNobodyIsTrackedForAllThatCanBeReadNothingHasBeenRead) {
  sandbox::World& world = two.cluster().world();
  world.fail(sandbox::kKubeHost, {404, "", "GET trackedservices"}, minutes(30));
  two.cluster().run_until(two.cluster().now() + minutes(5));
  EXPECT_FALSE(two.cluster().in_sync());
}

}  // namespace
}  // namespace freshet
