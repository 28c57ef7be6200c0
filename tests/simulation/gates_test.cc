// Gates from end to end: the controller of production against a simulated cluster.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/runtime/paths.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

class GatedShop : public ::testing::Test {
 protected:
  GatedShop() {
    shop_.adopt();
    const Json gate = {{"name", "smoke"}, {"http", Json::object()}, {"timeout", "20s"}};
    EXPECT_TRUE(shop_.cluster().world().merge_patch(tracked_service_path({"shop", "checkout"}),
                                                    {{"spec", {{"gates", Json::array({gate})}}}}));
  }

  void push(bool fails_gates) {
    sandbox::ImageBehaviour behaviour;
    behaviour.fails_gates = fails_gates;
    shop_.cluster().world().push("shop/checkout", "1", behaviour, shop_.cluster().now());
  }
  std::int64_t requests_of(const std::string& revision) {
    const auto served = shop_.cluster().world().served({"shop", "checkout"})[revision];
    return served.good + served.bad;
  }
  std::string first_hold() {
    const auto holds = shop_.status().holds;
    return holds.empty() ? "" : holds.front().reason;
  }
  void ingress_fails(Duration lasting) {
    shop_.cluster().world().fail("freshet-checkout.shop.example.com", {}, lasting);
  }

  TrackedShop shop_{Pace::kQuick};
};

TEST_F(GatedShop, ABuildThatPassesIsPromoted) {
  push(false);
  ASSERT_TRUE(shop_.until_phase("Gating", minutes(3)));
  EXPECT_EQ(requests_of("checkout-00002"), 0);
  ASSERT_TRUE(shop_.until_outcome("Promoted", hours(2))) << shop_.status().message;
  const HistoryEntry entry = shop_.status().history.front();
  ASSERT_EQ(entry.gates.size(), 1u);
  EXPECT_EQ(entry.gates.front().state, "Passed");
  EXPECT_EQ(entry.gates.front().attempts, 1);
}

TEST_F(GatedShop, ABuildThatFailsItsGateNeverMeetsAUser) {
  push(true);
  ASSERT_TRUE(shop_.until_outcome("RolledBack", minutes(10))) << shop_.status().message;
  EXPECT_EQ(requests_of("checkout-00002"), 0);
  EXPECT_EQ(shop_.status().history.front().message,
            "gate smoke failed: GET http://freshet-checkout.shop.example.com/ answered 500, "
            "wanted is 2xx");
  EXPECT_EQ(shop_.status().rejected.size(), 1u);
  EXPECT_TRUE(shop_.status().gates.empty());
}

TEST_F(GatedShop, AnIngressThatIsAwayHoldsUntilItIsBack) {
  ingress_fails(minutes(10));
  push(false);
  ASSERT_TRUE(
      shop_.cluster().run_until([&] { return first_hold() == "GateInconclusive"; }, minutes(4)));
  EXPECT_EQ(requests_of("checkout-00002"), 0);
  EXPECT_TRUE(shop_.until_outcome("Promoted", hours(2))) << shop_.status().message;
}

TEST_F(GatedShop, WhatHasPassedIsNotAskedAgainByARestartedController) {
  push(false);
  ASSERT_TRUE(shop_.cluster().run_until(
      [&] {
        const auto gates = shop_.status().gates;
        return !gates.empty() && gates.front().state == "Passed";
      },
      minutes(4)));
  ingress_fails(hours(3));
  shop_.cluster().restart();
  EXPECT_TRUE(shop_.until_outcome("Promoted", hours(2))) << shop_.status().message;
}

}  // namespace
}  // namespace freshet
