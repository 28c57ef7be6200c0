// Credentials against a docker-registry with htpasswd: from config.json, from a real helper, from a
// Secret; wrong ones; and all of them changed while a poller runs.
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "controller/net/local_exchanges.h"
#include "controller/net/local_transport.h"
#include "controller/runtime/program.h"
#include "controller/runtime/tags.h"
#include "tests/real/real_registry.h"

namespace freshet {
namespace {

class RealCredentials : public RealRegistry {
 protected:
  void SetUp() override {
    RealRegistry::SetUp();
    start(true);
    exchanges_ = std::make_unique<LocalExchanges>(*transport_);
    digest_ = push("1", "2026-11-22T23:30:00Z", {"--dest-creds", "robot:pass:word"}).get();
    world_.docker_config = [this] { return read_file(directory_ / "config.json", 1 << 20); };
    world_.ask_helper = helper_runner(time_, seconds(10));
    controller_.plain_http = {host_};
    write_config("{}");
    image_.reference = reference("1");
    image_.pull_secrets = {{"pull"}, ""};
  }

  void write_config(const std::string& text) {
    ASSERT_TRUE(write_file(directory_ / "config.json", text).has_value());
  }
  std::string auths(const std::string& password) const {
    return R"({"auths":{")" + host_ + R"(":{"auth":")" + base64_encode("robot:" + password) +
           "\"}}}";
  }
  // docker-credential-freshet-test, first in PATH.
  void write_helper(const std::string& answer) {
    const std::string path = directory_ / "docker-credential-freshet-test";
    const std::string script =
        "#!/bin/sh\nread -r server || :\n[ \"$1 $server\" = 'get " + host_ + "' ] || exit 9\n";
    ASSERT_TRUE(write_file(path, script + answer + "\n").has_value());
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    const std::string folder = directory_ / "";
    setenv("PATH", (folder + ":" + environment("PATH").value_or("/usr/bin:/bin")).c_str(), 1);
    write_config(R"({"credHelpers":{")" + host_ + R"(":"freshet-test"}})");
  }

  // What is known of the tag once everything that is due has been read and checked.
  FollowedImage look(TagWatch& tags, Credentials& credentials) {
    constexpr int kRounds =
        4;  // config.json, its helper, the check, the check of another credential
    for (int i = 0; i < kRounds; ++i) {
      tags.follow({"shop", "checkout"}, {image_}, minutes(1));
      while (credentials.read_one()) {
      }
      tags.check(Duration::zero());
    }
    std::vector<FollowedImage> images = {image_};
    tags.fill({"shop", "checkout"}, images, {});
    return images.front();
  }
  static std::string seen(const FollowedImage& image) {
    return image.confirmed ? image.confirmed->digest.get() : "unknown: " + image.error;
  }

  ManualClock time_{SystemClock().now()};
  Metrics metrics_;
  std::unique_ptr<LocalExchanges> exchanges_;
  std::string digest_;
  FollowedImage image_{ContainerName("app"), ImageReference{}, std::nullopt, 0, ""};
  ControllerOptions controller_;
  Json secret_;  // shop/pull; null: there is none
  TokenSource tokens_{Secret("t")};
  LocalTransport cluster_{[this](const HttpRequest&) -> Result<HttpResponse> {
    return HttpResponse{secret_.is_null() ? 404 : 200, {}, dump_json(secret_)};
  }};
  KubeClient kube_{cluster_, tokens_, time_, KubeClientOptions{.server = "https://kube"}};
  CredentialWorld world_{kube_, nullptr, nullptr};
};

TEST_F(RealCredentials, OfConfigJsonAreUsedAndReadAgainWhenTheyAreWrong) {
  Credentials credentials(world_, time_);
  TagWatch tags(controller_, *exchanges_, credentials, metrics_, time_);
  write_config(auths("canary"));
  const FollowedImage wrong = look(tags, credentials);
  EXPECT_EQ(seen(wrong).find("unknown: "), 0U);
  EXPECT_NE(wrong.error.find("the password is not accepted"), std::string::npos) << wrong.error;
  EXPECT_EQ(wrong.error.find("canary"), std::string::npos) << wrong.error;
  write_config(auths("pass:word"));
  time_.advance(minutes(1));
  EXPECT_EQ(seen(look(tags, credentials)), digest_);
}

TEST_F(RealCredentials, OfAHelperAreUsedAndAskedForAgainWhenTheyAreRefused) {
  Credentials credentials(world_, time_);
  TagWatch tags(controller_, *exchanges_, credentials, metrics_, time_);
  write_helper("echo 'error: canary'; echo canary >&2; exit 1");
  const FollowedImage none = look(tags, credentials);
  EXPECT_NE(
      none.error.find("credential helper freshet-test for " + host_ + ": it ended with status 1"),
      std::string::npos)
      << none.error;
  EXPECT_EQ(none.error.find("canary"), std::string::npos) << none.error;
  write_helper("echo '{\"Username\":\"robot\",\"Secret\":\"expired\"}'");
  time_.advance(minutes(2));
  EXPECT_EQ(seen(look(tags, credentials)).find("unknown: "), 0U);
  write_helper("echo '{\"Username\":\"robot\",\"Secret\":\"pass:word\"}'");
  time_.advance(minutes(2));
  EXPECT_EQ(seen(look(tags, credentials)), digest_);
}

TEST_F(RealCredentials, OfAPullSecretComeFirstAndTheNextIsTriedWhenTheyAreRefused) {
  Credentials credentials(world_, time_);
  TagWatch tags(controller_, *exchanges_, credentials, metrics_, time_);
  secret_ = {{"metadata", {{"name", "pull"}, {"namespace", "shop"}}},
             {"type", "kubernetes.io/dockerconfigjson"},
             {"data", {{".dockerconfigjson", base64_encode(auths("wrong"))}}}};
  write_config(auths("pass:word"));
  EXPECT_EQ(seen(look(tags, credentials)), digest_);
  const CredentialChoice choice =
      credentials.choose({"shop", image_.reference, image_.pull_secrets});
  EXPECT_EQ(choice.credential.identity, "config.json#" + host_);
}

}  // namespace
}  // namespace freshet
