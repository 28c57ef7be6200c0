// A TrackedService that is deleted and made anew under the same name, between two looks.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controller/runtime/paths.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

const ServiceKey kGhost{"shop", "ghost"};

Json ghost() {
  return {{"apiVersion", "freshet.dev/v1alpha1"},
          {"kind", "TrackedService"},
          {"metadata", {{"name", kGhost.name}, {"namespace", kGhost.name_space}}},
          {"spec", Json::object()}};
}

TEST(Recreated, ItGetsAStatusOfItsOwnEvenIfItReadsTheSame) {
  TrackedShop shop(Pace::kQuick);
  SimulatedCluster& cluster = shop.cluster();
  const auto told = [&] { return cluster.status(kGhost).reason == "ServiceNotFound"; };
  ASSERT_TRUE(cluster.world().create(ghost()));
  ASSERT_TRUE(cluster.run_until(told, minutes(1)));
  ASSERT_TRUE(cluster.kube().del(tracked_service_path(kGhost)));
  ASSERT_TRUE(cluster.world().create(ghost()));
  ASSERT_FALSE(told());
  EXPECT_TRUE(cluster.run_until(told, minutes(1)));
}

}  // namespace
}  // namespace freshet
