// Token requests and replies, and what is remembered of them.
#include "controller/registry/token.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/registry/memory.h"
#include "tests/controller/registry/fixture.h"

namespace freshet {
namespace {

using fixture::kNow;

const BearerScheme kBearer{"https://auth.r.io/t", "r.io", ""};

TEST(Token, IsAskedForReadingOnly) {
  const auto scope = [](const std::string& demanded) {
    return scope_to_ask({"", "", demanded}, "acme/app");
  };
  EXPECT_EQ(scope(""), "repository:acme/app:pull");
  EXPECT_EQ(scope("repository:acme/app:pull,push"), "repository:acme/app:pull");
  EXPECT_EQ(scope("repository:acme/app:*"), "repository:acme/app:pull");
  EXPECT_EQ(scope("repository:a:pull repository:b:delete"), "repository:acme/app:pull");
  EXPECT_EQ(scope("aws"), "aws");
  EXPECT_EQ(scope("repository:acme/app:metadata_read,pull"),
            "repository:acme/app:metadata_read,pull");
}

TEST(Token, RequestsAreGetsWithScopesRepeated) {
  HttpRequest want;
  want.url =
      "https://auth.r.io/t?scope=repository%3Aa%3Apull&scope=repository%3Ab%3Apull"
      "&service=r.io";
  want.max_body_bytes = kMaxTokenBodyBytes;
  EXPECT_EQ(token_request(kBearer, "repository:a:pull repository:b:pull", {}, false), want);
  want.url = "https://auth.r.io/t?x=1&account=robot&scope=s";
  want.headers = {{"Authorization", "Basic cm9ib3Q6cDp3"}};
  want.identity = "config.json#r.io";
  EXPECT_EQ(
      token_request({"https://auth.r.io/t?x=1", "", ""}, "s", fixture::password("p:w"), false),
      want);
}

TEST(Token, RequestsWithAnIdentityTokenAreFormsUntilTheServerRefusesThem) {
  const Credential credential{"id", "<token>", Secret(), Secret("t/1")};
  const auto post = token_request(kBearer, "a b", credential, false);
  EXPECT_EQ(post.method, "POST");
  EXPECT_EQ(post.url, "https://auth.r.io/t");
  EXPECT_EQ(post.body,
            "grant_type=refresh_token&service=r.io&client_id=freshet&scope=a%20b"
            "&refresh_token=t%2F1");
  EXPECT_EQ(find_header(post.headers, "Authorization"), std::nullopt);
  EXPECT_EQ(post.max_body_bytes, kMaxTokenBodyBytes);
  const auto get = token_request(kBearer, "a", credential, true);
  EXPECT_EQ(get.method, "GET");
  EXPECT_EQ(find_header(get.headers, "Authorization"), "Basic " + base64_encode("<token>:t/1"));
}

TEST(Token, LivesAsLongAsItSaysAtLeastAMinuteAndIsRenewedEarly) {
  struct Row {
    std::string body;
    Duration life;  // until renewal
  };
  const std::vector<Row> rows = {
      {R"({"token":"t"})", seconds(54)},
      {R"({"access_token":"t"})", seconds(54)},
      {R"({"token":"t","access_token":"u","expires_in":300})", seconds(270)},
      {R"({"token":"t","expires_in":5})", seconds(54)},
      {R"({"token":"t","expires_in":-5})", seconds(54)},
      {R"({"token":"t","expires_in":"300"})", seconds(54)},
      {R"({"token":"t","expires_in":3600})", seconds(3570)},
      {R"({"token":"t","expires_in":99999999999})", hours(24) - seconds(30)},
      {R"({"token":"t","expires_in":300,"issued_at":"2026-11-23T01:59:00Z"})", seconds(210)},
      {R"({"token":"t","expires_in":300,"issued_at":"2026-11-23T03:00:00Z"})", seconds(270)},
      {R"({"token":"t","expires_in":300,"issued_at":"2026-11-23T01:00:00Z"})", seconds(270)},
      {R"({"token":"t","expires_in":300,"issued_at":"yesterday"})", seconds(270)},
  };
  for (const auto& row : rows) {
    const auto token = parse_token(row.body, kNow);
    ASSERT_TRUE(token.has_value()) << row.body;
    EXPECT_EQ(*token, (Token{Secret("t"), kNow + row.life})) << row.body;
  }
}

TEST(Token, RepliesThatAreNoneAreErrorsWithoutTheirContent) {
  for (const std::string body :
       {"", "canary", "[\"canary\"]", R"({"canary":1})", R"({"token":""})",
        R"({"token":"canary\r\nX: y"})", R"({"token":"canary two"})", R"({"token":["canary"]})",
        R"({"token":"canary","token":"canary"})"}) {
    const auto token = parse_token(body, kNow);
    ASSERT_FALSE(token.has_value()) << body;
    EXPECT_EQ(token.error().message.find("canary"), std::string::npos) << body;
  }
}

TEST(Memory, KeepsTokensOfIdentitiesApartAndLetsThemExpire) {
  RegistryMemory memory;
  const TokenKey mine{"scope", "me", "realm", "service"};
  memory.remember_token(mine, {Secret("t"), kNow + seconds(10)}, kNow);
  EXPECT_EQ(memory.token(mine, kNow), Secret("t"));
  EXPECT_EQ(memory.token({"scope", "", "realm", "service"}, kNow), std::nullopt);
  EXPECT_EQ(memory.token({"other", "me", "realm", "service"}, kNow), std::nullopt);
  EXPECT_EQ(memory.token(mine, kNow + seconds(10)), std::nullopt);
}

TEST(Memory, IsBounded) {
  RegistryMemory memory;
  const auto key = [](std::size_t i) { return TokenKey{std::to_string(i), "", "r", "s"}; };
  for (std::size_t i = 0; i <= kMaxRemembered; ++i) {
    memory.remember_token(key(i), {Secret("t"), kNow + hours(1)}, kNow);
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i <= kMaxRemembered; ++i) kept += memory.token(key(i), kNow) ? 1 : 0;
  EXPECT_EQ(kept, kMaxRemembered);
  EXPECT_EQ(memory.token(key(kMaxRemembered), kNow), Secret("t"));
}

// A cache that forgets what it was asked for last finds nothing at all here.
TEST(Memory, MoreThanThereIsRoomForAreStillMostlyFound) {
  RegistryMemory memory;
  constexpr std::size_t kUsed = kMaxRemembered + kMaxRemembered / 10;
  const auto digest = [](std::size_t i) {
    return *Digest::parse("sha256:" + sha256_hex(std::to_string(i)));
  };
  const auto scheme = [](std::size_t i) { return RepositoryKey{std::to_string(i), "o", "me"}; };
  std::size_t found = 0;
  for (int round = 0; round < 3; ++round) {
    found = 0;
    for (std::size_t i = 0; i < kUsed; ++i) {
      found += (memory.created(digest(i)) != nullptr) + memory.scheme(scheme(i)).has_value();
      memory.remember_created(digest(i), kNow);
      memory.remember_scheme(scheme(i), BasicScheme{});
    }
  }
  EXPECT_GE(found, kUsed) << "of twice as many";
  EXPECT_LT(found, 2 * kUsed);
}

}  // namespace
}  // namespace freshet
