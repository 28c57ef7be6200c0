// Issuers' keys: how often they are asked for, and what is kept where that fails.
#include "controller/runtime/sender_keys.h"

#include <gtest/gtest.h>

#include "tests/support/scripted_transport.h"
#include "tests/support/token_signer.h"

namespace freshet {
namespace {

const std::string kKeysUrl = "https://issuer.example/keys";

class SenderKeysTest : public ::testing::Test {
 protected:
  static const TokenSigner& signer(int which) {
    static const TokenSigner kFirst("first");
    static const TokenSigner kSecond("second");
    return which == 1 ? kFirst : kSecond;
  }
  void answer(int status, const std::string& body) {
    transport_.on("GET", kKeysUrl, make_response(status, {}, body));
  }
  std::string known_of(const std::string& key_id) {
    const auto known = keys_.of(kKeysUrl, key_id);
    std::string ids = known.problem;
    for (const SigningKey& key : known.keys) ids += key.id + ";";
    return ids;
  }
  std::size_t asked() const { return transport_.requests().size(); }

  ManualClock clock_{from_unix_seconds(1'790'000'000)};
  ScriptedTransport transport_;
  SenderKeys keys_{transport_, clock_};
};

TEST_F(SenderKeysTest, AreFetchedOnceAnHour) {
  answer(200, signer(1).key_set());
  EXPECT_EQ(known_of("first"), "first;");
  clock_.advance(minutes(59));
  EXPECT_EQ(known_of("first"), "first;");
  EXPECT_EQ(asked(), 1u);
  clock_.advance(minutes(1));
  EXPECT_EQ(known_of("first"), "first;");
  EXPECT_EQ(asked(), 2u);
}

TEST_F(SenderKeysTest, AKeyThatIsNotKnownIsAskedForOnceAMinute) {
  answer(200, signer(1).key_set());
  answer(200, signer(2).key_set());
  EXPECT_EQ(known_of("first"), "first;");
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(known_of("second"), "first;");
  EXPECT_EQ(asked(), 1u);
  clock_.advance(kSenderKeysSpacing);
  EXPECT_EQ(known_of("second"), "second;") << "the issuer changed its keys";
  EXPECT_EQ(asked(), 2u);
}

TEST_F(SenderKeysTest, KeysAreKeptForADayWhereTheirIssuerDoesNotAnswer) {
  answer(200, signer(1).key_set());
  answer(503, "");
  EXPECT_EQ(known_of("first"), "first;");
  clock_.advance(hours(23));
  EXPECT_EQ(known_of("first"), "first;");
  EXPECT_EQ(asked(), 2u);
  clock_.advance(hours(1));
  EXPECT_EQ(known_of("first"), "keys of ID tokens at " + kKeysUrl + ": HTTP 503");
}

TEST_F(SenderKeysTest, WhatIsNoKeySetIsToldAndAskedForAgain) {
  answer(200, "<html>");
  answer(200, signer(1).key_set());
  EXPECT_TRUE(known_of("first").starts_with("keys of ID tokens at " + kKeysUrl + ": "));
  EXPECT_TRUE(known_of("first").starts_with("keys of ID tokens at ")) << "not at once";
  clock_.advance(kSenderKeysSpacing);
  EXPECT_EQ(known_of("first"), "first;");
}

}  // namespace
}  // namespace freshet
