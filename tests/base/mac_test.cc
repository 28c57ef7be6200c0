// HMAC against the test cases of RFC 2202 and RFC 4231.
#include "base/mac.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(Mac, IsWhatTheStandardsSay) {
  const std::string question = "what do ya want for nothing?";
  EXPECT_EQ(hmac_hex(MacHash::kSha1, "Jefe", question), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hmac_hex(MacHash::kSha256, "Jefe", question),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Mac, SecretsAreTheSameOrNot) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_TRUE(same_secret("", ""));
  EXPECT_FALSE(same_secret("abc", "abd"));
  EXPECT_FALSE(same_secret("abc", "ab"));
}

}  // namespace
}  // namespace freshet
