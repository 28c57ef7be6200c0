// What is kept of the dates of images, through the whole controller.
#include <gtest/gtest.h>

#include "controller/model/image_date.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

std::optional<RevisionStatus> stable(TrackedShop& shop) { return shop.status().stable; }

TEST(Age, KeepsWhenAnImageGotAllRequestsAndNothingOfWhatRanAtAdoption) {
  TrackedShop shop(Pace::kQuick);
  shop.adopt();
  shop.cluster().run_until(shop.cluster().now() + hours(1));
  ASSERT_TRUE(stable(shop));
  EXPECT_EQ(stable(shop)->exposed, std::nullopt);
  EXPECT_EQ(exposure_lag(*stable(shop)), std::nullopt);

  const TimePoint pushed = shop.cluster().now();
  const Digest built = shop.rebuild(0.002);
  ASSERT_TRUE(shop.until_outcome("Promoted", hours(3)));
  ASSERT_TRUE(shop.until_phase("Idle", hours(1)));
  const TrackedServiceStatus after = shop.status();
  EXPECT_EQ(after.stable->digests.begin()->second, built.get());
  EXPECT_EQ(after.stable->exposed, after.history.front().ended);
  const auto lag = exposure_lag(*after.stable);
  ASSERT_TRUE(lag);
  // The first look came within a check's interval after the push.
  EXPECT_LE(*lag, after.history.front().ended - pushed);
  EXPECT_GE(*lag, after.history.front().ended - pushed - minutes(2));

  shop.cluster().run_until(shop.cluster().now() + hours(3));
  EXPECT_EQ(stable(shop)->exposed, after.stable->exposed);
}

TEST(Age, OfARunningImageIsKnownOnceMoreAfterABadOneWasTakenBack) {
  TrackedShop shop(Pace::kQuick);
  shop.adopt();
  shop.rebuild(0.002);
  ASSERT_TRUE(shop.until_outcome("Promoted", hours(3)));
  ASSERT_TRUE(shop.until_phase("Idle", hours(1)));
  const auto before = stable(shop);
  shop.rebuild(0.3);
  ASSERT_TRUE(shop.until_outcome("RolledBack", hours(3)));
  ASSERT_TRUE(shop.until_phase("Idle", hours(1)));
  EXPECT_EQ(stable(shop), before);
}

}  // namespace
}  // namespace freshet
