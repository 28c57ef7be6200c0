// Rebuilds of the same content, through the whole controller.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

constexpr const char* kTrackedPath =
    "/apis/freshet.dev/v1alpha1/namespaces/shop/trackedservices/checkout";

std::string named(TrackedShop& shop) {
  const TrackedServiceStatus status = shop.status();
  return status.tags.empty() ? "" : status.tags.front().names;
}

Digest adopted(TrackedShop& shop) {
  shop.adopt();
  EXPECT_TRUE(shop.cluster().run_until([&] { return !named(shop).empty(); }, minutes(5)));
  return *Digest::parse(named(shop));
}

bool rebuild_again(TrackedShop& shop, const Digest& image) {
  const auto made =
      shop.cluster().world().rebuild("shop/checkout", "1", image, shop.cluster().now());
  return made && shop.cluster().run_until([&] { return named(shop) == made->get(); }, minutes(5));
}

TEST(Rebuilds, OfWhatRunsAreCurrentWithoutARollout) {
  TrackedShop shop(Pace::kQuick);
  const Digest running = adopted(shop);
  const std::int64_t before = shop.writes();
  for (int night = 0; night < 12; ++night) {
    shop.cluster().run_until(shop.cluster().now() + minutes(30));
    ASSERT_TRUE(rebuild_again(shop, running)) << night;
    shop.cluster().run_until(shop.cluster().now() + minutes(5));
    EXPECT_EQ(shop.status().phase, "Idle") << shop.status().message;
  }
  EXPECT_EQ(shop.writes(), before);
  EXPECT_EQ(shop.status().behind_since, std::nullopt);
  EXPECT_NE(shop.status().message.find("a rebuild with the layers"), std::string::npos)
      << shop.status().message;
  shop.rebuild(0.002);
  EXPECT_TRUE(shop.until_outcome("Promoted", hours(3))) << shop.status().message;
}

TEST(Rebuilds, OfWhatWasRejectedAreRejected) {
  TrackedShop shop(Pace::kQuick);
  shop.adopt();
  const Digest bad = shop.rebuild(0.2);
  ASSERT_TRUE(shop.until_outcome("RolledBack", hours(3)));
  ASSERT_TRUE(shop.until_phase("Idle", hours(1)));
  const std::int64_t before = shop.writes();
  ASSERT_TRUE(rebuild_again(shop, bad));
  shop.cluster().run_until(shop.cluster().now() + hours(2));
  EXPECT_EQ(shop.writes(), before);
  ASSERT_FALSE(shop.status().holds.empty());
  EXPECT_EQ(shop.status().holds.front().reason, "Rejected");
}

TEST(Rebuilds, AreRolledOutWhereTheSpecSaysSo) {
  TrackedShop shop(Pace::kQuick);
  const Digest running = adopted(shop);
  ASSERT_TRUE(shop.cluster().world().json_patch(
      kTrackedPath,
      Json::array({{{"op", "add"}, {"path", "/spec/rollout/sameContent"}, {"value", "RollOut"}}})));
  ASSERT_TRUE(rebuild_again(shop, running));
  EXPECT_TRUE(shop.until_outcome("Promoted", hours(3))) << shop.status().message;
}

}  // namespace
}  // namespace freshet
