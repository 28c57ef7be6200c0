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

// It is not carried out days later, when the other is deleted.
TEST(Commands, GivenToTheYoungerOfTwoForOneServiceAreRefused) {
  TrackedShop shop(Pace::kQuick);
  shop.adopt();
  sandbox::World& world = shop.cluster().world();
  ASSERT_TRUE(world.create({{"apiVersion", "freshet.dev/v1alpha1"},
                            {"kind", "TrackedService"},
                            {"metadata",
                             {{"name", "second"},
                              {"namespace", "shop"},
                              {"annotations", {{"freshet.dev/pause", "1 a look first"}}}}},
                            {"spec", {{"service", "checkout"}}}}));
  const auto answers = [&] { return shop.cluster().status({"shop", "second"}).commands; };
  ASSERT_TRUE(shop.cluster().run_until([&] { return !answers().empty(); }, minutes(5)));
  EXPECT_EQ(answers().front().answer, "Refused");
  EXPECT_NE(answers().front().message.find("already tracked by TrackedService checkout"),
            std::string::npos)
      << answers().front().message;
  const Json tracked =
      *world.read("/apis/freshet.dev/v1alpha1/namespaces/shop/trackedservices/second");
  EXPECT_FALSE(at_path(tracked, {"metadata", "annotations"}).contains("freshet.dev/pause"));
}

}  // namespace
}  // namespace freshet
