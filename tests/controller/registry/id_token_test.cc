// ID tokens: each thing that has to be so, and the sentence where it is not.
#include "controller/registry/id_token.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/mac.h"
#include "tests/support/token_signer.h"

namespace freshet {
namespace {

const TimePoint kTokenNow = from_unix_seconds(1'790'000'000);

// As Google's Pub/Sub sends them.
const OidcSender kPubSub{.audience = "https://freshet.acme.io/hooks/gar",
                         .email = "push@acme.iam.gserviceaccount.com"};

Json claims_of_pub_sub() {
  return {{"iss", "https://accounts.google.com"},
          {"aud", "https://freshet.acme.io/hooks/gar"},
          {"sub", "113774264463038321964"},
          {"email", "push@acme.iam.gserviceaccount.com"},
          {"email_verified", true},
          {"iat", 1'789'999'990},
          {"exp", 1'790'003'590}};
}

class IdTokenTest : public testing::Test {
 protected:
  static const TokenSigner& issuer() {
    static const TokenSigner kIssuer("key-1");
    return kIssuer;
  }
  std::string refusal(const std::string& token, const OidcSender& sender = kPubSub) const {
    const Status checked = check_id_token(token, sender, keys_, kTokenNow);
    return checked ? "" : checked.error().message;
  }
  std::vector<SigningKey> keys_ = *parse_signing_keys(issuer().key_set());
};

struct ClaimRow {
  std::string claim;
  Json value;  // null: absent
  std::string refusal;
};

TEST_F(IdTokenTest, EachClaimHasToBeSo) {
  const std::vector<ClaimRow> rows = {
      {"nonce", "not looked at", ""},
      {"iss", "https://evil.example",
       "the ID token's issuer is \"https://evil.example\", not "
       "\"https://accounts.google.com\""},
      {"iss", nullptr, "the ID token's issuer is \"\", not \"https://accounts.google.com\""},
      {"aud", "https://other.acme.io",
       "the ID token's audience is not \"https://freshet.acme.io/hooks/gar\""},
      {"aud", Json::array({"https://other.acme.io", "https://freshet.acme.io/hooks/gar"}), ""},
      {"aud", Json::array(),
       "the ID token's audience is not \"https://freshet.acme.io/hooks/gar\""},
      {"exp", 1'789'999'941, ""},
      {"exp", 1'789'999'940, "the ID token has expired"},
      {"exp", "tomorrow", "the ID token has no exp"},
      {"exp", nullptr, "the ID token has no exp"},
      {"iat", 1'790'000'060, ""},
      {"iat", 1'790'000'061, "the ID token's iat lies ahead of our clock"},
      {"nbf", 1'790'000'061, "the ID token's nbf lies ahead of our clock"},
      {"email", "push@evil.example",
       "the ID token's email is \"push@evil.example\", not "
       "\"push@acme.iam.gserviceaccount.com\""},
      {"email_verified", false, "the ID token's email is not verified"},
      {"email_verified", "true", "the ID token's email is not verified"},
      {"email_verified", nullptr, "the ID token's email is not verified"},
  };
  for (const ClaimRow& row : rows) {
    Json claims = claims_of_pub_sub();
    claims.erase(row.claim);
    if (!row.value.is_null()) claims[row.claim] = row.value;
    EXPECT_EQ(refusal(issuer().token(claims.dump())), row.refusal) << row.claim << " " << row.value;
  }
}

TEST_F(IdTokenTest, ASubjectDoesWhereThereIsNoAddress) {
  const OidcSender sender{.issuer = "https://token.actions.githubusercontent.com",
                          .keys = "https://token.actions.githubusercontent.com/.well-known/jwks",
                          .audience = "freshet",
                          .subject = "repo:acme/shop:ref:refs/heads/main"};
  Json claims = claims_of_pub_sub();
  claims["iss"] = sender.issuer;
  claims["aud"] = "freshet";
  claims["sub"] = sender.subject;
  EXPECT_EQ(refusal(issuer().token(claims.dump()), sender), "");
  claims["sub"] = "repo:evil/shop:ref:refs/heads/main";
  EXPECT_EQ(refusal(issuer().token(claims.dump()), sender),
            "the ID token's subject is \"repo:evil/shop:ref:refs/heads/main\", not "
            "\"repo:acme/shop:ref:refs/heads/main\"");
}

TEST_F(IdTokenTest, OnlyTheIssuersOwnSignatureCounts) {
  const std::string claims = claims_of_pub_sub().dump();
  const std::string good = issuer().token(claims);
  const TokenSigner forger("key-1");
  const std::string not_signed = "the ID token's signature is not its issuer's";
  EXPECT_EQ(refusal(good), "");
  EXPECT_EQ(refusal(forger.token(claims)), not_signed);
  EXPECT_EQ(refusal(TokenSigner("key-2").token(claims)),
            "no key of the issuer has the ID token's kid");
  EXPECT_EQ(refusal(issuer().token(claims, R"({"alg":"RS256"})")),
            "no key of the issuer has the ID token's kid");

  // Other claims under a good signature.
  const auto first = good.find('.');
  const auto last = good.rfind('.');
  Json others = claims_of_pub_sub();
  others["exp"] = 1'900'000'000;
  EXPECT_EQ(
      refusal(good.substr(0, first + 1) + TokenSigner::url_form(others.dump()) + good.substr(last)),
      not_signed);
  EXPECT_EQ(refusal(good.substr(0, last + 1)), not_signed);

  // The token does not choose how it is judged: no signature, or one with the public key as secret.
  const std::string not_rs256 = "the ID token is not signed with RS256";
  const std::string none = TokenSigner::url_form(R"({"alg":"none","kid":"key-1"})") + "." +
                           TokenSigner::url_form(claims) + ".";
  EXPECT_EQ(refusal(none), not_rs256);
  const std::string mac = TokenSigner::url_form(R"({"alg":"HS256","kid":"key-1"})") + "." +
                          TokenSigner::url_form(claims);
  EXPECT_EQ(refusal(mac + "." +
                    TokenSigner::url_form(hmac_hex(MacHash::kSha256, issuer().modulus(), mac))),
            not_rs256);
}

TEST_F(IdTokenTest, WhatIsNoTokenIsRefusedInOneSentence) {
  const std::string good = issuer().token(claims_of_pub_sub().dump());
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), "x" + good,
        good + "." + good, good.substr(good.find('.')), std::string(kMaxIdTokenBytes + 1, 'a'),
        "{}" + good.substr(good.find('.'))}) {
    EXPECT_EQ(refusal(bad), "there is no ID token behind \"Bearer \" in Authorization") << bad;
    EXPECT_EQ(signing_key_id(bad), "") << bad;
  }
  EXPECT_EQ(signing_key_id(good), "key-1");
  EXPECT_EQ(refusal(issuer().token("[]")), "the ID token's claims are no JSON object");
}

TEST(SigningKeys, OnlyRsaKeysForSignaturesAreTaken) {
  const TokenSigner one("one");
  const TokenSigner two("two");
  const auto keys = parse_signing_keys(
      R"({"keys":[7,{"kty":"EC","kid":"e","crv":"P-256"},{"kty":"RSA","kid":"x","use":"enc",)"
      R"("n":"AQAB","e":"AQAB"},{"kty":"RSA","kid":"short","n":"AQAB","e":"AQAB"},)" +
      one.key_json() + "," + two.key_json() + "]}");
  ASSERT_TRUE(keys.has_value());
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ(keys->at(0).id, "one");
  EXPECT_EQ(keys->at(1).key.modulus, two.modulus());
}

TEST(SigningKeys, WhatHoldsNoneIsAnError) {
  for (const auto& [text, message] : std::vector<std::pair<std::string, std::string>>{
           {"{}", "it is no set of keys: no list named keys"},
           {R"({"keys":[]})", "it holds no RSA key for signatures"},
           {R"({"keys":{}})", "it is no set of keys: no list named keys"},
       }) {
    const auto keys = parse_signing_keys(text);
    ASSERT_FALSE(keys.has_value());
    EXPECT_EQ(keys.error().message, message);
  }
  EXPECT_FALSE(parse_signing_keys("<html>").has_value());
  EXPECT_FALSE(parse_signing_keys(std::string(kMaxSigningKeysBytes + 1, ' ')).has_value());
}

}  // namespace
}  // namespace freshet
