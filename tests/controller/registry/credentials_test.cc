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

std::vector<Credential> find(const std::string& text, const std::string& reference) {
  const auto config = parse_docker_config(text, "config.json");
  EXPECT_TRUE(config.has_value()) << text;
  const auto found = find_credentials(*config, *parse_image_reference(reference));
  EXPECT_EQ(found.problems, std::vector<std::string>{}) << text;
  return found.credentials;
}

struct KeyRow {
  std::string name;
  std::vector<std::string> keys;  // each with itself as user
  std::string reference;
  std::vector<std::string> want;  // the keys whose credentials are found, in order
};

TEST(Credentials, AreFoundByTheKeysOfKubernetes) {
  const std::vector<KeyRow> rows = {
      {"a host", {"ghcr.io"}, "ghcr.io/a/b:1", {"ghcr.io"}},
      {"another host", {"ghcr.io"}, "quay.io/a/b:1", {}},
      {"Docker Hub's old key",
       {"https://index.docker.io/v1/"},
       "nginx",
       {"https://index.docker.io/v1/"}},
      {"Docker Hub's plain key", {"docker.io"}, "docker.io/a/b", {"docker.io"}},
      {"a scheme and /v2/", {"https://r.io/v2/"}, "r.io/a", {"https://r.io/v2/"}},
      {"case does not count", {"R.IO"}, "r.io/a", {"R.IO"}},
      {"an equal port", {"r.io:5000"}, "r.io:5000/a", {"r.io:5000"}},
      {"a port that the reference lacks", {"r.io:5000"}, "r.io/a", {}},
      {"a port that the key lacks", {"r.io"}, "r.io:5000/a", {}},
      {"all that match, the longest key first",
       {"r.io", "r.io/team", "r.io/team/app", "r.io/other"},
       "r.io/team/app",
       {"r.io/team/app", "r.io/team", "r.io"}},
      {"a name before a glob, whatever their length",
       {"*.r.io/team", "a.r.io"},
       "a.r.io/team/x",
       {"a.r.io", "*.r.io/team"}},
      {"a path ends at a slash", {"r.io/team", "r.io"}, "r.io/teammate/app", {"r.io"}},
      {"a path covers what is below", {"r.io/team"}, "r.io/team/x/y", {"r.io/team"}},
      {"a path behind /v1/", {"https://r.io/v1/team"}, "r.io/team/x", {"https://r.io/v1/team"}},
      {"a star is one label", {"*.r.io"}, "a.r.io/x", {"*.r.io"}},
      {"a star is not two labels", {"*.r.io"}, "a.b.r.io/x", {}},
      {"a star within a label", {"eu-*.pkg.dev"}, "eu-west1.pkg.dev/x", {"eu-*.pkg.dev"}},
      {"a star with an equal port", {"*.r.io:5000"}, "a.r.io:5000/x", {"*.r.io:5000"}},
      {"a star does not cover a port", {"*.r.io"}, "a.r.io:5000/x", {}},
      {"an IPv6 address", {"[::1]:5000"}, "[::1]:5000/x", {"[::1]:5000"}},
  };
  for (const auto& row : rows) {
    std::vector<std::string> entries;
    for (const auto& key : row.keys) {
      entries.push_back(entry(key, "u" + std::to_string(key.size())));
    }
    std::vector<Credential> want;
    for (const auto& key : row.want) {
      want.push_back(
          {"config.json#" + key, "u" + std::to_string(key.size()), Secret("pass:word"), Secret()});
    }
    EXPECT_EQ(find("{\"auths\":{" + join(entries, ",") + "}}", row.reference), want) << row.name;
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
  };
  for (const auto& [value, want] : rows) {
    EXPECT_EQ(find(R"({"auths":{"r.io":)" + value + "}}", "r.io/a"), std::vector{want}) << value;
  }
  for (const char* nothing :
       {"{}", R"({"auths":{"r.io":{}}})", R"({"auths":{"r.io":{"email":"x"}}})"}) {
    EXPECT_TRUE(find(nothing, "r.io/a").empty()) << nothing;
  }
}

TEST(Credentials, OfTheOldFormatAreTheEntriesByThemselves) {
  const auto config = parse_dockercfg("{" + entry("r.io", "u") + "}", "ns/pull");
  ASSERT_TRUE(config.has_value());
  const auto found = find_credentials(*config, *parse_image_reference("r.io/a"));
  EXPECT_EQ(found.credentials,
            (std::vector<Credential>{{"ns/pull#r.io", "u", Secret("pass:word"), Secret()}}));
}

TEST(Credentials, OfAnEmptyEntryAreLookedForFurther) {
  const auto found = find(R"({"auths":{"r.io/a":{},)" + entry("r.io", "u") + "}}", "r.io/a");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].username, "u");
}

TEST(Credentials, ABadEntryIsToldOnlyWhereItMatches) {
  for (const std::string value : {R"({"auth":"canary"})", R"({"auth":"Y2FuYXJ5"})", R"("canary")",
                                  R"({"username":"canary\n","password":"canary"})"}) {
    const auto config = parse_docker_config(R"({"auths":{"r.io":)" + value + "}}", "ns/pull");
    ASSERT_TRUE(config.has_value());
    EXPECT_EQ(find_credentials(*config, *parse_image_reference("q.io/a")), FoundCredentials{});
    const auto found = find_credentials(*config, *parse_image_reference("r.io/a"));
    EXPECT_TRUE(found.credentials.empty()) << value;
    ASSERT_EQ(found.problems.size(), 1U) << value;
    EXPECT_EQ(found.problems[0].find("docker config ns/pull: entry 'r.io': "), 0u);
    EXPECT_EQ(found.problems[0].find("canary"), std::string::npos) << value;
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
