// New digests that do not count (yet), and what a restart keeps of what was seen.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

constexpr const char* kTrackedPath =
    "/apis/freshet.dev/v1alpha1/namespaces/shop/trackedservices/checkout";

class ConfirmedShop : public testing::Test {
 protected:
  sandbox::World& world() { return shop_.cluster().world(); }
  TimePoint now() { return shop_.cluster().now(); }
  void run_for(Duration duration) { shop_.cluster().run_until(now() + duration); }
  void add_node(const std::string& name, const std::string& architecture) {
    ASSERT_TRUE(world().create(
        {{"apiVersion", "v1"},
         {"kind", "Node"},
         {"metadata", {{"name", name}}},
         {"status",
          {{"nodeInfo", {{"operatingSystem", "linux"}, {"architecture", architecture}}}}}}));
  }
  void set_image(const Json& settings) {
    Json image = {{"image", "registry.sandbox/shop/checkout:1"}};
    image.update(settings);
    ASSERT_TRUE(world().json_patch(kTrackedPath,
                                   Json::array({{{"op", "add"},
                                                 {"path", "/spec/images"},
                                                 {"value", Json::array({std::move(image)})}}})));
  }
  Digest push(const std::string& architecture) {
    sandbox::ImageBehaviour good;
    good.error_rate = 0.002;
    good.architecture = architecture;
    return world().push("shop/checkout", "1", good, now());
  }
  Digest push_the_first_again() {
    sandbox::ImageBehaviour as_before;
    as_before.error_rate = 0.002;
    return world().push("shop/checkout", "1", as_before, kStoryStart - days(30));
  }
  HoldStatus hold() {
    const auto holds = shop_.status().holds;
    return holds.empty() ? HoldStatus{} : holds.front();
  }
  bool until_held(const std::string& reason) {
    return shop_.cluster().run_until([&] { return hold().reason == reason; }, minutes(5));
  }
  SeenTag tag() { return shop_.status().tags.at(0); }
  std::int64_t status_writes() {
    const auto& requests = world().requests();
    const auto found = requests.find("PATCH trackedservices/status");
    return found == requests.end() ? 0 : found->second;
  }
  // Checks that confirmed a digest, as the metrics have it.
  std::string confirmations() {
    const std::string text = shop_.cluster().metrics().render(now());
    const std::size_t at = text.find("outcome=\"confirmed\"");
    return text.substr(at, text.find('\n', at) - at);
  }

  TrackedShop shop_{Pace::kQuick};
};

TEST_F(ConfirmedShop, AnImageWithoutTheNodesPlatformIsHeldUntilTheTagMovesOn) {
  add_node("one", "amd64");
  shop_.adopt();
  run_for(minutes(2));
  const auto before = shop_.programmed();
  const std::int64_t writes = shop_.writes();
  const std::string runs = tag().confirmed;

  const Digest bad = push("arm64");
  ASSERT_TRUE(until_held("NotConfirmed")) << shop_.status().message;
  EXPECT_EQ(hold().message, "registry.sandbox/shop/checkout:1 names " + bad.short_form() +
                                ", which check PlatformsPresent refuses; found: linux/arm64; "
                                "allowed: linux/amd64 (the cluster's nodes)");
  EXPECT_EQ(tag().names, bad.get());
  EXPECT_EQ(tag().confirmed, runs);
  EXPECT_TRUE(shop_.status().behind_since);
  const auto told = shop_.status();
  shop_.cluster().restart();
  run_for(hours(1));
  EXPECT_EQ(hold().message, told.holds.at(0).message);
  EXPECT_EQ(shop_.status().behind_since, told.behind_since);
  EXPECT_EQ(shop_.status().tags, told.tags);
  EXPECT_EQ(shop_.writes(), writes);
  EXPECT_EQ(shop_.programmed(), before);

  const Digest good = push("amd64");
  ASSERT_TRUE(shop_.until_outcome("Promoted", hours(3))) << shop_.status().message;
  EXPECT_EQ(tag().confirmed, good.get());
  EXPECT_EQ(hold().reason, "");
}

TEST_F(ConfirmedShop, WhatCountsStaysWhenANodeOfAnotherPlatformComes) {
  add_node("one", "amd64");
  shop_.adopt();
  add_node("two", "arm64");
  run_for(minutes(30));
  EXPECT_EQ(hold().reason, "");
  push("amd64");
  ASSERT_TRUE(until_held("NotConfirmed"));
  set_image({{"platforms", Json::array({"linux/amd64"})}});
  EXPECT_TRUE(shop_.until_outcome("Promoted", hours(3))) << shop_.status().message;
}

TEST_F(ConfirmedShop, ANewImageRestsForItsMinimumAgeAlsoOverARestart) {
  set_image({{"minimumAge", "2h"}});
  shop_.adopt();
  run_for(minutes(2));
  const std::int64_t writes = shop_.writes();
  const Digest rested = push("amd64");
  ASSERT_TRUE(until_held("NotConfirmed")) << shop_.status().message;
  const auto until = hold().until;
  ASSERT_TRUE(until);
  EXPECT_EQ(tag().names, rested.get());
  run_for(minutes(50));
  shop_.cluster().restart();
  shop_.cluster().run_until(*until - seconds(5));
  EXPECT_EQ(hold().until, until);
  EXPECT_EQ(shop_.writes(), writes);
  EXPECT_TRUE(shop_.until_phase("Preparing", seconds(30))) << shop_.status().message;
  EXPECT_TRUE(shop_.until_outcome("Promoted", hours(3)));
}

TEST_F(ConfirmedShop, ARestartAtRestConfirmsNothingAndWritesNothing) {
  shop_.adopt();
  run_for(minutes(5));
  const std::int64_t written = status_writes();
  const std::string confirmed = confirmations();
  ASSERT_NE(confirmed, "");
  shop_.cluster().restart();
  run_for(hours(2));
  EXPECT_EQ(status_writes(), written);
  EXPECT_EQ(confirmations(), confirmed);
}

TEST_F(ConfirmedShop, AStepBackWhileStatusCannotBeWrittenIsHeld) {
  shop_.adopt();
  run_for(minutes(2));
  const std::string first = tag().confirmed;
  const sandbox::Program before = shop_.programmed();
  const auto break_status = [&](Duration lasting) {
    world().fail(sandbox::kKubeHost, {500, "{}", "PATCH trackedservices/status"}, lasting);
  };
  break_status(hours(4));
  push("amd64");
  const auto is_second = [&] {
    const sandbox::Program program = shop_.programmed();
    return program.size() == 1 && program != before;
  };
  ASSERT_TRUE(shop_.cluster().run_until(is_second, hours(3)));
  ASSERT_EQ(push_the_first_again().get(), first);
  run_for(minutes(5));
  EXPECT_TRUE(is_second());
  break_status(seconds(1));
  EXPECT_TRUE(until_held("DowngradeHeld")) << shop_.status().message;
}

TEST_F(ConfirmedShop, AStepBackWhileTheControllerWasDownIsHeld) {
  shop_.adopt();
  run_for(minutes(2));
  const std::string first = tag().confirmed;
  push("amd64");
  ASSERT_TRUE(shop_.until_outcome("Promoted", hours(3)));
  ASSERT_EQ(push_the_first_again().get(), first);
  shop_.cluster().restart();
  EXPECT_TRUE(until_held("DowngradeHeld")) << shop_.status().message;
}

}  // namespace
}  // namespace freshet
