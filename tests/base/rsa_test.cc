// RSA signatures: who signed, and what is refused whoever did.
#include "base/rsa.h"

#include <gtest/gtest.h>

#include "tests/support/token_signer.h"

namespace freshet {
namespace {

TEST(Rsa, KnowsItsOwnersSignatureAlone) {
  const TokenSigner signer("a");
  const TokenSigner other("b");
  const RsaPublicKey key{signer.modulus(), signer.exponent()};
  const std::string signature = signer.sign("text");
  EXPECT_TRUE(is_signed_by(key, "text", signature));
  EXPECT_FALSE(is_signed_by(key, "Text", signature));
  EXPECT_FALSE(is_signed_by(key, "text", other.sign("text")));
  EXPECT_FALSE(is_signed_by({other.modulus(), other.exponent()}, "text", signature));
  EXPECT_FALSE(is_signed_by(key, "text", ""));
  EXPECT_FALSE(is_signed_by(key, "text", signature + '\0'));
  EXPECT_FALSE(is_signed_by(key, "text", signature.substr(1)));
}

TEST(Rsa, RefusesKeysThatAreTooShortOrNone) {
  const TokenSigner weak("weak", 1024);
  EXPECT_FALSE(is_signed_by({weak.modulus(), weak.exponent()}, "text", weak.sign("text")));
  const TokenSigner signer("a");
  const std::string signature = signer.sign("text");
  EXPECT_FALSE(is_signed_by({"", ""}, "text", signature));
  EXPECT_FALSE(is_signed_by({signer.modulus(), ""}, "text", signature));
  EXPECT_FALSE(is_signed_by({std::string(256, '\0'), std::string(1, '\3')}, "text", signature));
  EXPECT_FALSE(is_signed_by({std::string(2048, '\xff'), "\3"}, "text", signature));
}

}  // namespace
}  // namespace freshet
