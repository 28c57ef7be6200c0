// Secrets as values, and the right to read them as a command.
#include "controller/runtime/pull_secrets.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/registry/credential_helper.h"

namespace freshet {
namespace {

Json secret(const std::string& type, const std::string& key, const std::string& content) {
  return {{"metadata", {{"name", "pull"}, {"namespace", "shop"}}},
          {"type", type},
          {"data", {{key, base64_encode(content)}}}};
}

const std::string kEntries = R"({"r.io":{"username":"u","password":"p"}})";
constexpr const char* kNewType = "kubernetes.io/dockerconfigjson";
constexpr const char* kOldType = "kubernetes.io/dockercfg";

TEST(PullSecrets, AreReadFromBothTypes) {
  const auto image = parse_image_reference("r.io/a").value();
  const std::vector<Credential> want = {{"shop/pull#r.io", "u", Secret("p"), Secret()}};
  for (const Json& object : {secret(kNewType, ".dockerconfigjson", "{\"auths\":" + kEntries + "}"),
                             secret(kOldType, ".dockercfg", kEntries)}) {
    const auto config = read_pull_secret(object);
    ASSERT_TRUE(config.has_value()) << config.error().message;
    EXPECT_EQ(find_credentials(*config, image).credentials, want);
  }
}

TEST(PullSecrets, ChooseNoProgramsForTheController) {
  const auto config = read_pull_secret(secret(
      kNewType, ".dockerconfigjson", R"({"credsStore":"evil","credHelpers":{"r.io":"evil"}})"));
  ASSERT_TRUE(config.has_value());
  const auto image = parse_image_reference("r.io/a").value();
  EXPECT_EQ(helper_of_registry(*config, image), std::nullopt);
  EXPECT_EQ(helper_of_store(*config, image), std::nullopt);
}

TEST(PullSecrets, OfAnotherShapeSayWhatIsAllowedAndNothingOfTheContent) {
  const std::vector<std::pair<Json, std::string>> rows = {
      {secret("Opaque", ".dockerconfigjson", "canary"), "Secret shop/pull has type 'Opaque'; "},
      {secret(kNewType, "password", "canary"), "Secret shop/pull has no data['.dockerconfigjson']"},
      {secret(kOldType, ".dockercfg", ""), "Secret shop/pull has no data['.dockercfg']"},
      {secret(kNewType, ".dockerconfigjson", "canary"), "docker config shop/pull: "},
      {secret(kOldType, ".dockercfg", "[\"canary\"]"), "docker config shop/pull: "},
  };
  for (const auto& [object, begin] : rows) {
    const auto config = read_pull_secret(object);
    ASSERT_FALSE(config.has_value()) << begin;
    EXPECT_EQ(config.error().message.find(begin), 0U) << config.error().message;
    EXPECT_EQ(config.error().message.find("canary"), std::string::npos);
  }
}

TEST(PullSecrets, TheAccountToGrantToIsTheOneThatWasRefused) {
  EXPECT_EQ(
      refused_account(R"(secrets "pull" is forbidden: User "system:serviceaccount:ops:canary")"
                      R"( cannot get resource "secrets" in API group "")"),
      (ServiceKey{"ops", "canary"}));
  for (const char* other :
       {"", R"(User "ann" cannot)", R"(User "system:serviceaccount:ops" cannot)"}) {
    EXPECT_EQ(refused_account(other), (ServiceKey{"freshet-system", "freshet"})) << other;
  }
}

// The API server quotes the Secret's name, which others chose, before it says whom it refused.
TEST(PullSecrets, NoNameOfASecretIsTakenForTheAccountThatWasRefused) {
  for (const char* name :
       {"system:serviceaccount:evil:one", R"(User \"system:serviceaccount:a:b\")",
        R"(User "system:serviceaccount:evil:one")"}) {
    const std::string message = std::string("secrets \"") + name +
                                "\" is forbidden: User \"system:serviceaccount:ops:canary\" cannot";
    EXPECT_EQ(refused_account(message), (ServiceKey{"ops", "canary"})) << message;
  }
  for (const char* none : {R"(secrets "system:serviceaccount:evil:one" is forbidden: User "ann")",
                           R"(User "system:serviceaccount:ops:it's" cannot)"}) {
    EXPECT_EQ(refused_account(none), (ServiceKey{"freshet-system", "freshet"})) << none;
  }
}

TEST(PullSecrets, AShellTakesWhatIsGrantedLiterally) {
  const std::string command = grant_command("shop", {{"a'b"}, "", {"ops", "freshet"}});
  EXPECT_NE(command.find(R"("resourceNames":["a'\''b"])"), std::string::npos) << command;
}

TEST(PullSecrets, AreGrantedByNameWithOneCommand) {
  const std::string command = grant_command("shop", {{"a", "b"}, "default", {"ops", "freshet"}});
  ASSERT_TRUE(command.starts_with("echo '") && command.ends_with("' | kubectl apply -f -"));
  const auto first = command.find('{');
  const Json list = Json::parse(command.substr(first, command.rfind('}') + 1 - first));
  const Json& role = list["items"][0];
  EXPECT_EQ(role["metadata"]["namespace"], "shop");
  EXPECT_EQ(role["rules"], Json::parse(R"([
      {"apiGroups":[""],"resources":["secrets"],"resourceNames":["a","b"],"verbs":["get"]},
      {"apiGroups":[""],"resources":["serviceaccounts"],"resourceNames":["default"],
       "verbs":["get"]}])"));
  EXPECT_EQ(list["items"][1]["roleRef"]["name"], role["metadata"]["name"]);
  EXPECT_EQ(list["items"][1]["subjects"],
            Json::parse(R"([{"kind":"ServiceAccount","name":"freshet","namespace":"ops"}])"));
}

}  // namespace
}  // namespace freshet
