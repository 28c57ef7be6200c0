// Commands through the whole controller.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

constexpr const char* kCommanded =
    "/apis/freshet.dev/v1alpha1/namespaces/shop/trackedservices/checkout";

TEST(Commands, GoInThePassThatAnswersThem) {
  TrackedShop shop(Pace::kQuick);
  shop.adopt();
  sandbox::World& world = shop.cluster().world();
  ASSERT_TRUE(world.merge_patch(
      kCommanded, {{"metadata", {{"annotations", {{"freshet.dev/pause", "1 a look first"}}}}}}));
  ASSERT_TRUE(
      shop.cluster().run_until([&] { return !shop.status().commands.empty(); }, minutes(5)));
  const Json tracked = *world.read(kCommanded);
  EXPECT_FALSE(at_path(tracked, {"metadata", "annotations"}).contains("freshet.dev/pause"));
}

}  // namespace
}  // namespace freshet
