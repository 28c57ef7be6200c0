// A canary string in every credential that a controller is given, and in no output of it.
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

constexpr const char* kSecret = "canary-71f3";  // part of every credential

std::string docker_config() {
  const std::string login = base64_encode("ann:" + std::string(kSecret) + "-password");
  return R"({"auths":{"registry.sandbox":{"auth":")" + login +
         R"("}},"credHelpers":{"registry.sandbox":"ecr-login"}})";
}

// A good one, one of a wrong type, and one whose content cannot be read.
void add_pull_secrets(sandbox::World& world) {
  const std::vector<std::array<std::string, 3>> secrets = {
      {"good", "kubernetes.io/dockerconfigjson", docker_config()},
      {"wrong", "Opaque", docker_config()},
      {"torn", "kubernetes.io/dockerconfigjson", docker_config().substr(0, 60)}};
  Json names = Json::array();
  for (const auto& [name, type, content] : secrets) {
    names.push_back({{"name", name}});
    ASSERT_TRUE(world.create({{"apiVersion", "v1"},
                              {"kind", "Secret"},
                              {"metadata", {{"name", name}, {"namespace", "shop"}}},
                              {"type", type},
                              {"data", {{".dockerconfigjson", base64_encode(content)}}}}));
  }
  ASSERT_TRUE(world.json_patch(
      "/api/v1/namespaces/shop/serviceaccounts/default",
      Json::array({{{"op", "add"}, {"path", "/imagePullSecrets"}, {"value", names}}})));
}

struct Watched {
  int helper_calls = 0;
  std::string printed;  // log lines, objects, metrics: all that a person may read

  Watched() {
    sandbox::WorldOptions world = story_world(1);
    world.registry_asks_for_token = true;
    world.users = {{std::string(kSecret) + "-token", "freshet"}};
    ControllerOptions options;
    shop = std::make_unique<TrackedShop>(
        Pace::kQuick, std::move(world), std::move(options),
        [this](const LogLine& line) { printed += format_log_line(line, LogFormat::kText) + "\n"; });
    add_pull_secrets(shop->cluster().world());
    shop->cluster().docker_config = docker_config();
    shop->cluster().ask_helper = [this](const HelperCall&) -> Result<HelperReply> {
      ++helper_calls;
      const bool fails = helper_calls % 2 == 0;
      return HelperReply{fails ? 1 : 0,
                         fails ? "error: " + std::string(kSecret)
                               : R"({"Username":"u","Secret":")" + std::string(kSecret) + "\"}"};
    };
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
  // No password is good any more: every credential is tried, and every source read again.
  world.demand_login("nobody", "knows");
  shop.cluster().run_until(shop.cluster().now() + minutes(30));
  watched.look();
  EXPECT_GE(watched.helper_calls, 4);
  EXPECT_NE(shop.status().message.find("Secret shop/wrong has type"), std::string::npos)
      << shop.status().message;
  EXPECT_NE(watched.printed.find("registry.sandbox"), std::string::npos);
  EXPECT_EQ(watched.printed.find(kSecret), std::string::npos);
  EXPECT_EQ(watched.printed.find(base64_encode("ann:" + std::string(kSecret)).substr(0, 16)),
            std::string::npos);
}

}  // namespace
}  // namespace freshet
