// Private registries: pull secrets and helpers whose credentials change while the controller runs.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tests/simulation/tracked_shop.h"

namespace freshet {
namespace {

constexpr const char* kSecretPath = "/api/v1/namespaces/shop/secrets/pull";

std::string login(const std::string& password) {
  return R"({"auths":{"registry.sandbox":{"username":"ann","password":")" + password + "\"}}}";
}

Json pull_secret(const std::string& password) {
  return {{"apiVersion", "v1"},
          {"kind", "Secret"},
          {"metadata", {{"name", "pull"}, {"namespace", "shop"}}},
          {"type", "kubernetes.io/dockerconfigjson"},
          {"data", {{".dockerconfigjson", base64_encode(login(password))}}}};
}

Json replace(const std::string& path, const Json& value) {
  return Json::array({{{"op", "add"}, {"path", path}, {"value", value}}});
}

class PrivateShop {
 public:
  PrivateShop() { world().demand_login("ann", "first"); }
  sandbox::World& world() { return shop.cluster().world(); }
  void give_account_the_secret() {
    EXPECT_TRUE(
        world().json_patch("/api/v1/namespaces/shop/serviceaccounts/default",
                           replace("/imagePullSecrets", Json::parse(R"([{"name":"pull"}])"))));
  }
  void rotate(const std::string& password) {
    EXPECT_TRUE(world().json_patch(
        kSecretPath, replace("/data/.dockerconfigjson", base64_encode(login(password)))));
  }
  // The tag moves, and Freshet sees it; how long that took.
  bool sees_a_push_within(Duration at_most) {
    const std::string digest = shop.rebuild(0.002).get();
    return shop.cluster().run_until(
        [&] {
          const auto tags = shop.status().tags;
          return !tags.empty() && !tags.front().digests.empty() &&
                 tags.front().digests.front().digest == digest;
        },
        at_most);
  }
  const Condition* condition(const std::string& type) {
    status = shop.status();
    for (const Condition& one : status.conditions) {
      if (one.type == type) return &one;
    }
    return nullptr;
  }

  TrackedShop shop{Pace::kQuick};
  TrackedServiceStatus status;
};

TEST(PrivateRegistry, IsReadWithThePullSecretOfTheServiceAccountThroughItsRotation) {
  PrivateShop at;
  ASSERT_TRUE(at.world().create(pull_secret("first")));
  at.give_account_the_secret();
  at.shop.adopt();
  EXPECT_TRUE(at.sees_a_push_within(minutes(3))) << at.shop.status().message;
  // The password changes at the registry first; the Secret follows.
  at.world().demand_login("ann", "second");
  at.shop.cluster().run_until(at.shop.cluster().now() + minutes(10));
  at.rotate("second");
  EXPECT_TRUE(at.sees_a_push_within(minutes(7))) << at.shop.status().message;
  EXPECT_EQ(at.condition("PullSecretsReadable"), nullptr);
}

TEST(PrivateRegistry, ASecretThatChangesBeforeThePasswordDoesIsUsedInTime) {
  PrivateShop at;
  ASSERT_TRUE(at.world().create(pull_secret("first")));
  at.give_account_the_secret();
  at.shop.adopt();
  at.rotate("second");
  at.world().demand_login("ann", "second");
  EXPECT_TRUE(at.sees_a_push_within(minutes(8))) << at.shop.status().message;
}

TEST(PrivateRegistry, WithoutTheRightTheStatusSaysWhatToGrantAndItGoesOnOnceGranted) {
  PrivateShop at;
  ASSERT_TRUE(at.world().create(pull_secret("first")));
  at.give_account_the_secret();
  const std::string words =
      R"({"kind":"Status","message":"serviceaccounts \"default\" is forbidden: User )"
      R"(\"system:serviceaccount:ops:freshet\" cannot get resource"})";
  at.world().fail(sandbox::kKubeHost, {403, words, "GET serviceaccounts"}, minutes(20));
  const auto refused = [&] { return at.condition("PullSecretsReadable") != nullptr; };
  ASSERT_TRUE(at.shop.cluster().run_until(refused, minutes(10))) << at.shop.status().message;
  const Condition condition = *at.condition("PullSecretsReadable");
  EXPECT_EQ(condition.reason, "NoPullSecretAccess");
  EXPECT_NE(condition.message.find(R"("resourceNames":["default"])"), std::string::npos);
  EXPECT_NE(condition.message.find(R"("namespace":"ops")"), std::string::npos);
  EXPECT_NE(at.shop.status().message.find("NoPullSecretAccess"), std::string::npos)
      << at.shop.status().message;
  at.shop.cluster().run_until(at.shop.cluster().now() + minutes(20));
  EXPECT_TRUE(at.sees_a_push_within(minutes(10))) << at.shop.status().message;
  EXPECT_EQ(at.condition("PullSecretsReadable"), nullptr);
}

TEST(PrivateRegistry, WithoutTheRightTheControllersOwnConfigIsUsed) {
  PrivateShop at;
  at.shop.cluster().docker_config = login("first");
  at.world().fail(sandbox::kKubeHost, {403, "{}", "GET serviceaccounts"}, days(2));
  at.shop.adopt();
  EXPECT_TRUE(at.sees_a_push_within(minutes(3))) << at.shop.status().message;
  EXPECT_EQ(at.condition("PullSecretsReadable"), nullptr) << "nothing is missing";
  // The file changes: no restart.
  at.world().demand_login("ann", "second");
  at.shop.cluster().docker_config = login("second");
  EXPECT_TRUE(at.sees_a_push_within(minutes(8))) << at.shop.status().message;
}

// ECR's tokens last 12 hours. The helper gives a new one whenever it is asked.
TEST(PrivateRegistry, AHelpersTokenThatExpiresIsAskedForAnew) {
  PrivateShop at;
  at.shop.cluster().docker_config = R"({"credHelpers":{"registry.sandbox":"ecr-login"}})";
  int calls = 0;
  std::string token = "first";
  at.shop.cluster().ask_helper = [&](const HelperCall& call) -> Result<HelperReply> {
    EXPECT_EQ(call, (HelperCall{"ecr-login", "registry.sandbox"}));
    ++calls;
    return HelperReply{0, R"({"Username":"ann","Secret":")" + token + "\"}"};
  };
  at.shop.adopt();
  EXPECT_TRUE(at.sees_a_push_within(minutes(3))) << at.shop.status().message;
  const TimePoint start = at.shop.cluster().now();
  at.shop.cluster().run_until(start + hours(12));
  EXPECT_LE(calls, 14) << "once an hour";
  token = "after 12 hours";
  at.world().demand_login("ann", token);
  EXPECT_TRUE(at.sees_a_push_within(minutes(10))) << at.shop.status().message;
}

}  // namespace
}  // namespace freshet
