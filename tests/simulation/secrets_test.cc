// A canary string in every credential that a controller is given, and in no output of it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

constexpr const char* kSecret = "canary-71f3";  // part of every credential

std::string docker_config() {
  const std::string login = base64_encode("ann:" + std::string(kSecret) + "-password");
  return R"({"auths":{"registry.sandbox":{"auth":")" + login + R"("}}})";
}

struct Watched {
  std::string printed;  // log lines, objects, metrics: all that a person may read

  Watched() {
    sandbox::WorldOptions world = story_world(1);
    world.registry_asks_for_token = true;
    world.users = {{std::string(kSecret) + "-token", "freshet"}};
    ControllerOptions options;
    options.docker_config = docker_config();
    shop = std::make_unique<TrackedShop>(
        Pace::kQuick, std::move(world), std::move(options),
        [this](const LogLine& line) { printed += format_log_line(line, LogFormat::kText) + "\n"; });
  }

  void look() {
    SimulatedCluster& cluster = shop->cluster();
    for (const char* path : {"/apis/freshet.dev/v1alpha1/namespaces/shop/trackedservices",
                             "/apis/serving.knative.dev/v1/namespaces/shop/services",
                             "/api/v1/namespaces/shop/events"}) {
      const auto list = cluster.world().read(path);
      ASSERT_TRUE(list) << path;
      printed += list->dump();
    }
    printed += cluster.metrics().render(cluster.now());
  }

  std::unique_ptr<TrackedShop> shop;
};

TEST(Secrets, OfKubernetesAndRegistryAreInNoOutputOfAController) {
  Watched watched;
  TrackedShop& shop = *watched.shop;
  shop.adopt();
  sandbox::World& world = shop.cluster().world();
  for (const int status : {0, 401, 403, 429, 500}) {
    for (const std::string_view host :
         {std::string_view("registry.sandbox"), sandbox::kKubeHost, sandbox::kPrometheusHost}) {
      world.fail(host, {status, "denied"}, minutes(3));
      shop.cluster().run_until(shop.cluster().now() + minutes(4));
    }
    watched.look();
  }
  shop.rebuild(0.2);
  EXPECT_TRUE(shop.until_outcome("RolledBack", hours(1))) << shop.status().message;
  watched.look();
  EXPECT_NE(watched.printed.find("registry.sandbox"), std::string::npos);
  EXPECT_EQ(watched.printed.find(kSecret), std::string::npos);
  EXPECT_EQ(watched.printed.find(base64_encode("ann:" + std::string(kSecret)).substr(0, 16)),
            std::string::npos);
}

}  // namespace
}  // namespace freshet
