// A tracked service at rest: no write at all.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

TEST(Idle, ATrackedServiceAtRestIsNeverWritten) {
  TrackedShop shop(Pace::kDefault);
  shop.adopt();
  shop.cluster().run_until(shop.cluster().now() + minutes(2));
  const auto patches = [&] {
    std::int64_t count = 0;
    for (const auto& [request, times] : shop.cluster().world().requests()) {
      if (request.starts_with("PATCH") || request.starts_with("POST")) count += times;
    }
    return count;
  };
  const std::int64_t before = patches();
  shop.cluster().run_until(shop.cluster().now() + hours(2));
  EXPECT_EQ(patches(), before);
}

bool is_held(TrackedShop& shop, const std::string& reason) {
  return std::ranges::any_of(shop.status().holds,
                             [&](const HoldStatus& hold) { return hold.reason == reason; });
}

TEST(Idle, ScaledToZeroBetweenBurstsARolloutKeepsItsShare) {
  TrackedShop shop(Pace::kQuick);
  sandbox::World& world = shop.cluster().world();
  EXPECT_TRUE(
      world.merge_patch("/apis/freshet.dev/v1alpha1/namespaces/shop/trackedservices/checkout",
                        {{"spec", {{"rollout", {{"bake", {{"for", "15m"}}}}}}}}));
  shop.adopt();
  shop.rebuild(0.002);
  ASSERT_TRUE(shop.until_phase("Baking", minutes(30))) << shop.status().message;
  shop.cluster().run_until(shop.cluster().now() + minutes(1));
  const sandbox::Program baking = shop.programmed();
  world.rest({"shop", "checkout"});
  EXPECT_TRUE(shop.cluster().run_until([&] { return is_held(shop, "NoTraffic"); }, minutes(5)));
  shop.cluster().run_until([&] { return is_held(shop, "StaleMetrics"); }, minutes(20));
  EXPECT_FALSE(is_held(shop, "StaleMetrics")) << shop.status().message;
  EXPECT_EQ(shop.status().phase, "Baking");
  EXPECT_EQ(shop.programmed(), baking);
  world.fail(sandbox::kKubeHost, {503, "", "GET pods"}, minutes(3));
  EXPECT_TRUE(shop.cluster().run_until([&] { return is_held(shop, "StaleMetrics"); }, minutes(3)))
      << "pods that could not be listed: " << shop.status().message;
  shop.cluster().run_until(shop.cluster().now() + minutes(3));
  world.wake({"shop", "checkout"}, 50);
  EXPECT_TRUE(shop.until_outcome("Promoted", minutes(5))) << shop.status().message;
}

TEST(Idle, ARebuildInTheNightIsNotSaidToLackMetrics) {
  TrackedShop shop(Pace::kQuick);
  sandbox::World& world = shop.cluster().world();
  shop.adopt();
  world.rest({"shop", "checkout"});
  shop.cluster().run_until(shop.cluster().now() + hours(3));
  shop.rebuild(0.002);
  ASSERT_TRUE(shop.until_phase("Shifting", minutes(10))) << shop.status().message;
  shop.cluster().run_until(shop.cluster().now() + minutes(1));
  world.rest({"shop", "checkout"});
  shop.cluster().run_until(shop.cluster().now() + minutes(20));
  EXPECT_FALSE(is_held(shop, "StaleMetrics")) << shop.status().message;
  EXPECT_TRUE(is_held(shop, "NoTraffic")) << shop.status().message;
}

}  // namespace
}  // namespace freshet
