// Services that few people use: fewer steps, and no promotion of what nobody has used.
#include <gtest/gtest.h>

#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

const ServiceKey kQuiet{"shop", "checkout"};

TEST(Quiet, FewRequestsMakeFewerAndLargerSteps) {
  TrackedShop shop(Pace::kDefault);
  shop.adopt();
  shop.cluster().world().set_rate(kQuiet, 0.6);
  shop.cluster().run_until(shop.cluster().now() + hours(3));
  shop.rebuild(0.002);
  ASSERT_TRUE(shop.until_phase("Shifting", minutes(30))) << shop.status().message;
  EXPECT_EQ(shop.status().percent, 20) << shop.status().message;
}

TEST(Quiet, NobodyAsksForAnythingAndNothingIsPromoted) {
  TrackedShop shop(Pace::kDefault);
  shop.adopt();
  shop.cluster().world().set_rate(kQuiet, 0);
  shop.rebuild(0.002);
  EXPECT_FALSE(shop.until_outcome("Promoted", hours(9)));
  const TrackedServiceStatus status = shop.status();
  EXPECT_EQ(status.phase, "Shifting");
  EXPECT_EQ(status.percent, 1) << status.message;
  shop.cluster().world().set_rate(kQuiet, 50);
  EXPECT_TRUE(shop.until_outcome("Promoted", hours(9))) << shop.status().message;
}

}  // namespace
}  // namespace freshet
