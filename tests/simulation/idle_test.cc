// A tracked service at rest: no write at all.
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace freshet
