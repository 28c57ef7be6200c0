// The controller's clock is wrong: found on a real control plane, where one an hour ahead waited an
// hour for its next look.
#include <gtest/gtest.h>

#include "base/text.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

TEST(WrongClock, ChangesNeitherWhenABuildIsPromotedNorTheTimesInStatus) {
  for (const Duration error : {Duration(hours(1)), Duration(hours(-1))}) {
    SCOPED_TRACE(format_duration(std::chrono::abs(error)));
    TrackedShop shop(Pace::kQuick);
    shop.cluster().clock_error = error;
    shop.adopt();
    shop.rebuild(0.0);
    ASSERT_TRUE(shop.until_phase("Shifting", minutes(5)));
    EXPECT_LE(std::chrono::abs(shop.status().conditions.front().last_transition_time -
                               shop.cluster().now()),
              Duration(minutes(5)));
    EXPECT_TRUE(shop.until_outcome("Promoted", minutes(40)));
  }
}

}  // namespace
}  // namespace freshet
