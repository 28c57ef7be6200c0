// Shadow mode through the whole controller: somebody else rolls out, Freshet tells and writes
// nothing.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

constexpr const char* kShadowTracked =
    "/apis/freshet.dev/v1alpha1/namespaces/shop/trackedservices/checkout";
constexpr const char* kShadowService =
    "/apis/serving.knative.dev/v1/namespaces/shop/services/checkout";

class Shadow : public ::testing::Test {
 protected:
  Shadow()
      : shop_(Pace::kQuick, story_world(1), {},
              [this](const LogLine& line) { told_.insert(line.event); }) {
    patch(kShadowTracked, "/spec/rollout/writeMode", "Shadow");
  }

  void patch(const std::string& path, const std::string& field, Json value) {
    EXPECT_TRUE(shop_.cluster().world().json_patch(
        path, Json::array({{{"op", "add"}, {"path", field}, {"value", std::move(value)}}})));
  }

  // A person's own canary: the new image at a share, by name.
  void split(const Digest& image, int percent) {
    sandbox::World& world = shop_.cluster().world();
    const Json before = *world.read(kShadowService);
    const std::string stable = string_or(at_path(before, {"status"}), "latestReadyRevisionName");
    patch(kShadowService, "/spec/traffic",
          Json::array({{{"revisionName", stable}, {"percent", 100}}}));
    patch(kShadowService, "/spec/template/spec/containers/0/image",
          "registry.sandbox/shop/checkout:1@" + image.get());
    ASSERT_TRUE(shop_.cluster().run_until([&] { return latest() != stable; }, minutes(5)));
    give(stable, 100 - percent, latest(), percent);
  }

  void give(const std::string& one, int percent, const std::string& other, int rest) {
    patch(kShadowService, "/spec/traffic",
          Json::array({{{"revisionName", one}, {"percent", percent}},
                       {{"revisionName", other}, {"percent", rest}}}));
  }

  std::string latest() {
    return string_or(at_path(*shop_.cluster().world().read(kShadowService), {"status"}),
                     "latestReadyRevisionName");
  }

  bool until(const std::string& event, Duration at_most) {
    return shop_.cluster().run_until([&] { return told_.contains(event); }, at_most);
  }

  std::set<std::string> told_;
  TrackedShop shop_;
};

TEST_F(Shadow, ABadSplitOfAnotherWouldBeTakenBackAndNothingIsWritten) {
  ASSERT_TRUE(until("ShadowBegan", minutes(5))) << shop_.status().message;
  const Digest bad = shop_.rebuild(0.2);
  ASSERT_TRUE(shop_.cluster().run_until(
      [&] { return shop_.status().message.find("would roll out") != std::string::npos; },
      minutes(10)))
      << shop_.status().message;
  split(bad, 20);
  ASSERT_TRUE(until("WouldRollBack", hours(2))) << shop_.status().message;
  EXPECT_EQ(shop_.status().percent, 20);
  EXPECT_TRUE(shop_.status().verdict.has_value());
  // Its owner promotes it all the same: that is what is stable then, and the history tells.
  patch(kShadowService, "/spec/traffic",
        Json::array({{{"revisionName", latest()}, {"percent", 100}}}));
  ASSERT_TRUE(until("ShadowEnded", minutes(5)));
  EXPECT_NE(shop_.status().history.front().message.find("would take it back"), std::string::npos)
      << shop_.status().history.front().message;
  EXPECT_EQ(shop_.writes(), 0);
  EXPECT_FALSE(told_.contains("Promoted") || told_.contains("RolledBack"));
}

TEST_F(Shadow, WhatWasManagedIsHandedBackFirstAndCommandsAreRefused) {
  patch(kShadowTracked, "/spec/rollout/writeMode", "Pin");
  shop_.adopt();
  ASSERT_GT(shop_.writes(), 0);
  patch(kShadowTracked, "/spec/rollout/writeMode", "Shadow");
  ASSERT_TRUE(until("ShadowBegan", minutes(5))) << shop_.status().message;
  const Json app = *shop_.cluster().world().read(kShadowService);
  EXPECT_FALSE(at_path(app, {"metadata", "annotations"}).contains("freshet.dev/rollout"));
  const Json tracked = *shop_.cluster().world().read(kShadowTracked);
  EXPECT_TRUE(at_path(tracked, {"metadata", "finalizers"}).empty());
  patch(kShadowTracked, "/metadata/annotations", {{"freshet.dev/promote", "1 now"}});
  ASSERT_TRUE(
      shop_.cluster().run_until([&] { return !shop_.status().commands.empty(); }, minutes(5)));
  EXPECT_EQ(shop_.status().commands.front().answer, "Refused");
}

}  // namespace
}  // namespace freshet
