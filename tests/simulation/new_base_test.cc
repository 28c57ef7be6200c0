// Rebuilds upon another base, through the whole controller.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

const sandbox::ImageTagName kBase{"shop/base", "1"};

void shorten(TrackedShop& shop) {
  const Json shorter = {{"steps", {60}}, {"minimumStep", "30s"}, {"bake", {{"for", "10s"}}}};
  ASSERT_TRUE(shop.cluster().world().json_patch(
      "/apis/freshet.dev/v1alpha1/namespaces/shop/trackedservices/checkout",
      Json::array({{{"op", "add"}, {"path", "/spec/rollout/newBase"}, {"value", shorter}}})));
}

void move_base(TrackedShop& shop) {
  shop.cluster().world().push(kBase.repository, kBase.tag, {}, shop.cluster().now());
}

// The image at the tag, upon what the base's tag names now; as it answers from then on.
Digest rebase(TrackedShop& shop, const Digest& image, double error_rate = 0.002) {
  sandbox::World& world = shop.cluster().world();
  const auto made = world.rebase("shop/checkout", "1", image, kBase, shop.cluster().now());
  EXPECT_TRUE(made);
  sandbox::ImageBehaviour behaviour;
  behaviour.error_rate = error_rate;
  world.behave(*made, behaviour);
  return *made;
}

std::vector<int> plan_under_way(TrackedShop& shop) {
  EXPECT_TRUE(shop.until_phase("Shifting", hours(1))) << shop.status().message;
  const CoreRead read = read_core(shop.status().core);
  const Rollout* rollout = active_rollout(std::get<Core>(read).phase);
  return rollout == nullptr ? std::vector<int>{} : rollout->plan;
}

// A service whose stable image names its base.
Digest based(TrackedShop& shop) {
  shop.adopt();
  move_base(shop);
  const Digest image = rebase(shop, shop.rebuild(0.002));
  EXPECT_TRUE(shop.until_outcome("Promoted", hours(6))) << shop.status().message;
  EXPECT_EQ(shop.status().stable->digests.at("app"), image.get());
  return image;
}

TEST(NewBases, AreRolledOutByTheShorterPlanWhereNothingElseMoved) {
  TrackedShop shop(Pace::kQuick);
  shorten(shop);
  const Digest image = based(shop);
  move_base(shop);
  rebase(shop, image);
  EXPECT_EQ(plan_under_way(shop), std::vector<int>{60});
  EXPECT_NE(shop.status().message.find("only its base moved"), std::string::npos)
      << shop.status().message;
  ASSERT_TRUE(shop.until_outcome("Promoted", hours(3))) << shop.status().message;

  const Digest another = shop.rebuild(0.002);
  move_base(shop);
  rebase(shop, another);
  EXPECT_EQ(plan_under_way(shop), std::vector<int>{20}) << "another application as well";
}

TEST(NewBases, ThatBreakTheServiceAreTakenBackLikeAnything) {
  TrackedShop shop(Pace::kQuick);
  shorten(shop);
  const Digest image = based(shop);
  move_base(shop);
  rebase(shop, image, 0.3);
  EXPECT_EQ(plan_under_way(shop), std::vector<int>{60});
  EXPECT_TRUE(shop.until_outcome("RolledBack", hours(3))) << shop.status().message;
}

TEST(NewBases, OfWhatRunsAreReadOnceTheSettingIsMade) {
  TrackedShop shop(Pace::kQuick);
  const Digest image = based(shop);
  EXPECT_EQ(shop.status().tags.front().digests.front().application, ImageApplication{});
  shorten(shop);
  ASSERT_TRUE(shop.cluster().run_until(
      [&] { return !shop.status().tags.front().digests.front().application.content.empty(); },
      minutes(5)));
  move_base(shop);
  rebase(shop, image);
  EXPECT_EQ(plan_under_way(shop), std::vector<int>{60});
}

TEST(NewBases, WithoutTheSettingAreRolledOutAsEverything) {
  TrackedShop shop(Pace::kQuick);
  const Digest image = based(shop);
  move_base(shop);
  rebase(shop, image);
  EXPECT_EQ(plan_under_way(shop), std::vector<int>{20});
}

}  // namespace
}  // namespace freshet
