// A policy that follows the newest of several tags, through the whole controller.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

constexpr const char* kTracked =
    "/apis/freshet.dev/v1alpha1/namespaces/shop/trackedservices/checkout";
constexpr const char* kService = "/apis/serving.knative.dev/v1/namespaces/shop/services/checkout";

Json put(const std::string& path, Json value) {
  return Json::array({{{"op", "add"}, {"path", path}, {"value", std::move(value)}}});
}

std::string image_of(TrackedShop& shop) {
  const auto service = shop.cluster().world().read(kService);
  const Json& containers = at_path(*service, {"spec", "template", "spec", "containers"});
  return string_or(containers.at(0), "image");
}

std::string hold_of(TrackedShop& shop) {
  const auto holds = shop.status().holds;
  return holds.empty() ? "" : holds.front().reason;
}

TEST(FollowedPolicy, RollsOutTheNewestTagAndHoldsAStepBackUntilItIsAllowed) {
  TrackedShop shop(Pace::kQuick);
  shop.adopt();
  sandbox::World& world = shop.cluster().world();
  const Json images = Json::parse(R"([{"image":"registry.sandbox/shop/checkout",
                                       "follow":{"pattern":"^[0-9]+$","order":"Numerical"}}])");
  ASSERT_TRUE(world.json_patch(kTracked, put("/spec/images", images)));
  sandbox::ImageBehaviour good;
  good.error_rate = 0.002;
  const TimePoint made = shop.cluster().now();
  const Digest ninth = world.push("shop/checkout", "9", good, made - hours(1));
  const Digest tenth = world.push("shop/checkout", "10", good, made);
  world.push("shop/checkout", "latest", good, made + seconds(1));
  ASSERT_TRUE(shop.until_outcome("Promoted", hours(3))) << shop.status().message;
  EXPECT_EQ(image_of(shop), "registry.sandbox/shop/checkout:10@" + tenth.get());

  // The tag list is short of one: a lower one is the newest, and is not rolled out.
  world.remove_tag("shop/checkout", "10");
  ASSERT_TRUE(
      shop.cluster().run_until([&] { return hold_of(shop) == "DowngradeHeld"; }, minutes(5)))
      << shop.status().message;
  shop.cluster().run_until(shop.cluster().now() + hours(2));
  EXPECT_EQ(image_of(shop), "registry.sandbox/shop/checkout:10@" + tenth.get());

  ASSERT_TRUE(world.json_patch(
      kTracked, put("/metadata/annotations",
                    Json{{"freshet.dev/retry", "1 --allow-downgrade 10 was withdrawn"}})));
  ASSERT_TRUE(shop.cluster().run_until(
      [&] { return shop.status().phase == "Idle" && shop.status().history.size() == 2; }, hours(3)))
      << shop.status().message;
  EXPECT_EQ(image_of(shop), "registry.sandbox/shop/checkout:9@" + ninth.get());
  EXPECT_EQ(hold_of(shop), "");
}

}  // namespace
}  // namespace freshet
