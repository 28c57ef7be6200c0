// Which credential an image gets, and when it is read and chosen anew.
#include "controller/runtime/credentials.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/text.h"
#include "controller/net/local_transport.h"

namespace freshet {
namespace {

std::string entries(const std::string& user, const std::string& host = "r.io") {
  return "{\"" + host + R"(":{"username":")" + user + R"(","password":"p"}})";
}

// A cluster of objects by path, a config.json and helpers; all can be changed by a test.
class World {
 public:
  void put_secret(const std::string& name, const std::string& user,
                  const std::string& name_space = "shop") {
    objects["/api/v1/namespaces/" + name_space + "/secrets/" + name] = {
        {"metadata", {{"name", name}, {"namespace", name_space}}},
        {"type", "kubernetes.io/dockercfg"},
        {"data", {{".dockercfg", base64_encode(entries(user))}}}};
  }
  void put_account(const std::string& name, const std::string& secret) {
    objects["/api/v1/namespaces/shop/serviceaccounts/" + name] = {
        {"imagePullSecrets", Json::array({{{"name", secret}}})}};
  }
  CredentialWorld world() {
    return {kube, [this]() -> Result<std::string> { return config; },
            [this](const HelperCall& call) -> Result<HelperReply> {
              ++helper_calls;
              if (!helper) return make_error(ErrorKind::kTimeout, "no answer within 10s");
              return helper(call);
            }};
  }
  int read_all(Credentials& credentials) {
    int count = 0;
    while (credentials.read_one()) ++count;
    return count;
  }

  ManualClock clock{from_unix_seconds(1'790'000'000)};
  std::map<std::string, Json> objects;
  std::map<std::string, int> refusals;  // path → status
  std::string config = "{}";
  AskHelper helper;
  int helper_calls = 0;
  int api_calls = 0;
  TokenSource tokens{Secret("t")};
  LocalTransport transport{[this](const HttpRequest& request) -> Result<HttpResponse> {
    ++api_calls;
    const std::string path = parse_url(request.url)->target;
    const auto refusal = refusals.find(path);
    if (refusal != refusals.end()) return HttpResponse{refusal->second, {}, "{}"};
    const auto found = objects.find(path);
    if (found == objects.end()) return HttpResponse{404, {}, "{}"};
    return HttpResponse{200, {}, dump_json(found->second)};
  }};
  KubeClient kube{transport, tokens, clock, KubeClientOptions{.server = "https://kube"}};
};

CredentialNeed need(std::vector<std::string> secrets, std::string account = "",
                    std::string name_space = "shop") {
  return {std::move(name_space),
          parse_image_reference("r.io/a:1").value(),
          {std::move(secrets), std::move(account)}};
}

std::string user(const CredentialChoice& choice) {
  return choice.ready ? choice.credential.username : "waits";
}

TEST(Credentials, AreTriedInTheOrderOfTemplateServiceAccountAndConfig) {
  World world;
  world.put_secret("one", "of-template");
  world.put_secret("two", "of-account");
  world.put_account("default", "two");
  world.config = "{\"auths\":" + entries("of-config") + "}";
  Credentials credentials(world.world(), world.clock);
  const CredentialNeed wanted = need({"one"}, "default");
  EXPECT_EQ(user(credentials.choose(wanted)), "waits");
  world.read_all(credentials);
  for (const std::string next : {"of-template", "of-account", "of-config"}) {
    while (user(credentials.choose(wanted)) == "waits") world.read_all(credentials);
    const CredentialChoice choice = credentials.choose(wanted);
    EXPECT_EQ(user(choice), next);
    credentials.refused(wanted, choice.credential.identity);
  }
  EXPECT_EQ(user(credentials.choose(wanted)), "of-config") << "all were refused just now";
  credentials.refused(wanted, "someone else's");
  world.clock.advance(minutes(1));
  credentials.refused(wanted, credentials.choose(wanted).credential.identity);
  EXPECT_EQ(user(credentials.choose(wanted)), "of-template") << "a minute later, from the first";
}

TEST(Credentials, OfNamespacesAndSecretsAreNeverOneIdentity) {
  World world;
  world.put_secret("one", "u");
  world.put_secret("two", "u");
  world.put_secret("one", "u", "bank");
  Credentials credentials(world.world(), world.clock);
  std::set<std::string> identities;
  for (const auto& wanted : {need({"one"}), need({"two"}), need({"one"}, "", "bank")}) {
    credentials.choose(wanted);
    world.read_all(credentials);
    identities.insert(credentials.choose(wanted).credential.identity);
  }
  EXPECT_EQ(identities, (std::set<std::string>{"shop/one#r.io", "shop/two#r.io", "bank/one#r.io"}));
}

TEST(Credentials, AChangedSecretIsReadWithinMinutesOrAtOnceWhenItIsRefused) {
  World world;
  world.put_secret("one", "old");
  Credentials credentials(world.world(), world.clock);
  credentials.choose(need({"one"}));
  world.read_all(credentials);
  EXPECT_EQ(user(credentials.choose(need({"one"}))), "old");
  const auto version = credentials.version();
  world.put_secret("one", "new");
  EXPECT_EQ(world.read_all(credentials), 0);
  credentials.refused(need({"one"}), "shop/one#r.io");
  EXPECT_EQ(world.read_all(credentials), 2) << "the Secret and config.json";
  EXPECT_EQ(user(credentials.choose(need({"one"}))), "new");
  EXPECT_GT(credentials.version(), version);
  world.put_secret("one", "newer");
  credentials.refused(need({"one"}), "shop/one#r.io");
  EXPECT_EQ(world.read_all(credentials), 0) << "not twice within a minute";
  world.clock.advance(minutes(5));
  world.read_all(credentials);
  EXPECT_EQ(user(credentials.choose(need({"one"}))), "newer");
}

TEST(Credentials, WithoutTheRightGoOnWithWhatElseThereIsAndSayWhatToGrant) {
  World world;
  world.config = "{\"auths\":" + entries("of-config") + "}";
  world.refusals["/api/v1/namespaces/shop/secrets/one"] = 403;
  world.refusals["/api/v1/namespaces/shop/serviceaccounts/default"] = 403;
  Credentials credentials(world.world(), world.clock);
  credentials.choose(need({"one"}, "default"));
  world.read_all(credentials);
  const CredentialChoice choice = credentials.choose(need({"one"}, "default"));
  EXPECT_EQ(user(choice), "of-config");
  EXPECT_TRUE(choice.secret_denied);
  EXPECT_EQ(choice.grant,
            grant_command("shop", {{"one"}, "default", {"freshet-system", "freshet"}}));
  EXPECT_EQ(choice.problems,
            "Secret shop/one may not be read (NoPullSecretAccess); ServiceAccount shop/default may "
            "not be read (NoPullSecretAccess)");
  world.refusals.clear();
  world.put_secret("one", "granted");
  world.clock.advance(minutes(5));
  world.read_all(credentials);
  EXPECT_EQ(user(credentials.choose(need({"one"}))), "granted");
}

TEST(Credentials, WaitForAnApiServerThatDoesNotAnswerAndKeepWhatWasRead) {
  World world;
  world.put_secret("one", "u");
  world.refusals["/api/v1/namespaces/shop/secrets/one"] = 500;
  Credentials credentials(world.world(), world.clock);
  credentials.choose(need({"one"}));
  world.read_all(credentials);
  EXPECT_EQ(user(credentials.choose(need({"one"}))), "waits");
  world.refusals.clear();
  EXPECT_EQ(credentials.next_due(), world.clock.now() + seconds(5));
  world.clock.advance(seconds(5));
  world.read_all(credentials);
  EXPECT_EQ(user(credentials.choose(need({"one"}))), "u");
  world.refusals["/api/v1/namespaces/shop/secrets/one"] = 500;
  world.clock.advance(minutes(5));
  world.read_all(credentials);
  EXPECT_EQ(user(credentials.choose(need({"one"}))), "u");
  world.refusals["/api/v1/namespaces/shop/secrets/one"] = 404;
  world.clock.advance(minutes(5));
  world.read_all(credentials);
  EXPECT_EQ(user(credentials.choose(need({"one"}))), "") << "deleted: nobody's";
}

TEST(Credentials, ABadConfigFileKeepsTheGoodOneAndSaysWhy) {
  World world;
  world.config = "{\"auths\":" + entries("good") + "}";
  Credentials credentials(world.world(), world.clock);
  credentials.choose(need({}));
  world.read_all(credentials);
  world.config = "{\"auths\":canary";
  world.clock.advance(minutes(1));
  world.read_all(credentials);
  const CredentialChoice choice = credentials.choose(need({}));
  EXPECT_EQ(user(choice), "good");
  EXPECT_EQ(choice.problems.find("docker config config.json: "), 0U) << choice.problems;
  EXPECT_EQ(choice.problems.find("canary"), std::string::npos);
  world.config = "{\"auths\":" + entries("better") + "}";
  world.clock.advance(minutes(1));
  world.read_all(credentials);
  EXPECT_EQ(user(credentials.choose(need({}))), "better");
  EXPECT_EQ(credentials.choose(need({})).problems, "");
}

TEST(Credentials, OfAHelperAreAskedForEachHourAndAtARefusal) {
  World world;
  world.config = R"({"credHelpers":{"r.io":"ecr-login"}})";
  int token = 1;
  world.helper = [&](const HelperCall&) -> Result<HelperReply> {
    return HelperReply{0, R"({"Username":"AWS","Secret":"t)" + std::to_string(token) + "\"}"};
  };
  Credentials credentials(world.world(), world.clock);
  const auto secret = [&] { return credentials.choose(need({})).credential.password.reveal(); };
  for (int i = 0; i < 2; ++i) {  // config.json first: it names the helper
    secret();
    world.read_all(credentials);
  }
  EXPECT_EQ(secret(), "t1");
  for (int minute = 0; minute < 59; ++minute) {
    world.clock.advance(minutes(1));
    secret();
    world.read_all(credentials);
  }
  EXPECT_EQ(world.helper_calls, 1);
  token = 2;
  credentials.refused(need({}), "helper ecr-login#r.io");
  world.read_all(credentials);
  EXPECT_EQ(secret(), "t2");
  world.helper = nullptr;  // it fails from now on: what it said stays in use
  world.clock.advance(hours(1));
  secret();
  world.read_all(credentials);
  EXPECT_EQ(secret(), "t2");
  EXPECT_EQ(credentials.choose(need({})).problems, "no answer within 10s");
}

TEST(Credentials, AHelperThatFailsLetsTheNextSourceAnswer) {
  World world;
  world.config = R"({"credHelpers":{"r.io":"broken"},"auths":)" + entries("of-auths") + "}";
  Credentials credentials(world.world(), world.clock);
  for (int i = 0; i < 2; ++i) {
    credentials.choose(need({}));
    world.read_all(credentials);
  }
  const CredentialChoice choice = credentials.choose(need({}));
  EXPECT_EQ(user(choice), "of-auths");
  EXPECT_EQ(choice.problems, "no answer within 10s");
  EXPECT_EQ(world.helper_calls, 1);
  world.clock.advance(seconds(5));
  world.read_all(credentials);
  EXPECT_EQ(world.helper_calls, 2) << "5 seconds after a failure";
}

TEST(Credentials, AHelperThatIsBeingAskedDelaysNobodyElse) {
  World world;
  world.put_secret("one", "u");
  world.config = R"({"credHelpers":{"r.io":"slow"}})";
  Credentials credentials(world.world(), world.clock);
  credentials.choose(need({}));
  ASSERT_TRUE(credentials.read_one());
  credentials.choose(need({}));
  bool asked = false;
  world.helper = [&](const HelperCall&) -> Result<HelperReply> {
    // While this call lasts, other callers read other sources, and nobody asks this helper again.
    asked = true;
    credentials.choose(need({"one"}));
    EXPECT_TRUE(credentials.read_one());
    EXPECT_EQ(credentials.read_one(), std::nullopt);
    return HelperReply{1, "credentials not found in native keychain"};
  };
  ASSERT_TRUE(credentials.read_one());
  EXPECT_TRUE(asked);
  EXPECT_EQ(user(credentials.choose(need({"one"}))), "u");
}

TEST(Credentials, ThatNobodyAsksForAnyMoreAreNotReadAnyMore) {
  World world;
  world.put_secret("one", "u");
  Credentials credentials(world.world(), world.clock);
  credentials.choose(need({"one"}));
  world.read_all(credentials);
  world.clock.advance(kForgetUnused + minutes(1));
  const int before = world.api_calls;
  EXPECT_EQ(world.read_all(credentials), 0);
  EXPECT_EQ(world.api_calls, before);
  EXPECT_EQ(credentials.next_due(), std::nullopt);
}

}  // namespace
}  // namespace freshet
