// docker's config.json: shapes, keys, and what never gets out.
#include "controller/registry/credentials.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"

namespace freshet {
namespace {

std::string entry(const std::string& key, const std::string& user) {
  return "\"" + key + R"(":{"auth":")" + base64_encode(user + ":pass:word") + "\"}";
}

FoundCredential find(const std::string& text, const std::string& reference) {
  const auto config = parse_docker_config(text, "config.json");
  EXPECT_TRUE(config.has_value()) << text;
  const auto found = find_credential(*config, *parse_image_reference(reference));
  EXPECT_TRUE(found.has_value()) << text;
  return *found;
}

struct KeyRow {
  std::string name;
  std::vector<std::string> keys;  // each with itself as user
  std::string reference;
  std::string want;  // the key whose credential is found; "" for nobody
};

TEST(Credentials, AreFoundByTheKeysOfKubernetes) {
  const std::vector<KeyRow> rows = {
      {"a host", {"ghcr.io"}, "ghcr.io/a/b:1", "ghcr.io"},
      {"another host", {"ghcr.io"}, "quay.io/a/b:1", ""},
      {"Docker Hub's old key",
       {"https://index.docker.io/v1/"},
       "nginx",
       "https://index.docker.io/v1/"},
      {"Docker Hub's plain key", {"docker.io"}, "docker.io/a/b", "docker.io"},
      {"a scheme and /v2/", {"https://r.io/v2/"}, "r.io/a", "https://r.io/v2/"},
      {"case does not count", {"R.IO"}, "r.io/a", "R.IO"},
      {"an equal port", {"r.io:5000"}, "r.io:5000/a", "r.io:5000"},
      {"a port that the reference lacks", {"r.io:5000"}, "r.io/a", ""},
      {"a port that the key lacks", {"r.io"}, "r.io:5000/a", ""},
      {"the longest key", {"r.io", "r.io/team", "r.io/team/app"}, "r.io/team/app", "r.io/team/app"},
      {"a path ends at a slash", {"r.io/team", "r.io"}, "r.io/teammate/app", "r.io"},
      {"a path covers what is below", {"r.io/team"}, "r.io/team/x/y", "r.io/team"},
      {"a path behind /v1/", {"https://r.io/v1/team"}, "r.io/team/x", "https://r.io/v1/team"},
      {"a star is one label", {"*.r.io"}, "a.r.io/x", "*.r.io"},
      {"a star is not two labels", {"*.r.io"}, "a.b.r.io/x", ""},
      {"a star within a label", {"eu-*.pkg.dev"}, "eu-west1.pkg.dev/x", "eu-*.pkg.dev"},
      {"a star with an equal port", {"*.r.io:5000"}, "a.r.io:5000/x", "*.r.io:5000"},
      {"a star does not cover a port", {"*.r.io"}, "a.r.io:5000/x", ""},
      {"an IPv6 address", {"[::1]:5000"}, "[::1]:5000/x", "[::1]:5000"},
  };
  for (const auto& row : rows) {
    std::vector<std::string> entries;
    for (const auto& key : row.keys) {
      entries.push_back(entry(key, "u" + std::to_string(key.size())));
    }
    const auto found = find("{\"auths\":{" + join(entries, ",") + "}}", row.reference);
    Credential want;
    if (!row.want.empty()) {
      want = {"config.json#" + row.want, "u" + std::to_string(row.want.size()), Secret("pass:word"),
              Secret()};
    }
    EXPECT_EQ(found, (FoundCredential{want, ""})) << row.name;
  }
}

TEST(Credentials, AreReadFromEveryShapeOfEntry) {
  const std::string id = "config.json#r.io";
  const std::vector<std::pair<std::string, Credential>> rows = {
      {R"({"username":"u","password":"p"})", {id, "u", Secret("p"), Secret()}},
      {R"({"auth":"dTpw","username":"x","password":"y"})", {id, "u", Secret("p"), Secret()}},
      {R"({"auth":"dTpwAAA="})", {id, "u", Secret("p"), Secret()}},
      {R"({"auth":"dTpw","identitytoken":"t"})", {id, "u", Secret(), Secret("t")}},
      {R"({"username":"<token>","password":"t"})", {id, "<token>", Secret(), Secret("t")}},
      {R"({})", {}},
      {R"({"email":"someone"})", {}},
  };
  for (const auto& [value, want] : rows) {
    EXPECT_EQ(find(R"({"auths":{"r.io":)" + value + "}}", "r.io/a").credential, want) << value;
  }
  EXPECT_EQ(find("{}", "r.io/a"), FoundCredential{});
}

TEST(Credentials, OfAnEmptyEntryAreLookedForFurther) {
  const auto found = find(R"({"auths":{"r.io/a":{},)" + entry("r.io", "u") + "}}", "r.io/a");
  EXPECT_EQ(found.credential.username, "u");
}

TEST(Credentials, SayThatHelpersAreNotSupportedYet) {
  const std::string text = R"({"auths":{"ghcr.io":{}},"credsStore":"desktop",
      "credHelpers":{"1.dkr.ecr.eu-west-1.amazonaws.com":"ecr-login"}})";
  EXPECT_EQ(find(text, "1.dkr.ecr.eu-west-1.amazonaws.com/a").note,
            "config.json names the credential helper 'ecr-login' (credHelpers) for "
            "1.dkr.ecr.eu-west-1.amazonaws.com: credential helpers are not supported yet");
  EXPECT_EQ(find(text, "ghcr.io/a").note,
            "config.json names the credential helper 'desktop' (credsStore) for ghcr.io: "
            "credential helpers are not supported yet");
  EXPECT_EQ(find(R"({"credHelpers":{"other.io":"x"}})", "ghcr.io/a").note, "");
}

TEST(Credentials, ABadEntryIsAnErrorOnlyWhereItMatches) {
  for (const std::string value : {R"({"auth":"canary"})", R"({"auth":"Y2FuYXJ5"})", R"("canary")",
                                  R"({"username":"canary\n","password":"canary"})"}) {
    const auto config = parse_docker_config(R"({"auths":{"r.io":)" + value + "}}", "ns/pull");
    ASSERT_TRUE(config.has_value());
    EXPECT_TRUE(find_credential(*config, *parse_image_reference("q.io/a")).has_value());
    const auto found = find_credential(*config, *parse_image_reference("r.io/a"));
    ASSERT_FALSE(found.has_value()) << value;
    EXPECT_EQ(found.error().kind, ErrorKind::kUnauthorized);
    EXPECT_EQ(found.error().message.find("docker config ns/pull: entry 'r.io': "), 0u);
    EXPECT_EQ(found.error().message.find("canary"), std::string::npos) << value;
  }
}

TEST(Credentials, AFileThatCannotBeReadSaysSoWithoutItsContent) {
  for (const std::string text :
       {"", "canary", R"({"auths":{"r.io":{"auth":"canary)", "[\"canary\"]",
        R"({"auths":["canary"]})", R"({"auths":{"r.io":{"auth":"canary","auth":"canary"}}})"}) {
    const auto config = parse_docker_config(text, "config.json");
    ASSERT_FALSE(config.has_value()) << text;
    EXPECT_EQ(config.error().kind, ErrorKind::kBadInput);
    EXPECT_EQ(config.error().message.find("docker config config.json"), 0u);
    EXPECT_EQ(config.error().message.find("canary"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace freshet
