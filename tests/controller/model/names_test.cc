// Names: what is accepted, what is refused, and how they print.
#include "controller/model/names.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace freshet {
namespace {

const std::string kHex64(64, 'a');
const std::string kHex128(128, '0');

TEST(Digest, AcceptsTheTwoAlgorithmsWithTheirLengths) {
  for (const auto& text : {"sha256:" + kHex64, "sha512:" + kHex128}) {
    const auto digest = Digest::parse(text);
    ASSERT_TRUE(digest.has_value()) << text;
    EXPECT_EQ(digest->get(), text);
  }
}

TEST(Digest, RefusesEverythingElse) {
  const std::vector<std::string> rows = {"",
                                         "sha256:",
                                         kHex64,
                                         "sha256" + kHex64,
                                         "sha256:" + kHex64 + "a",
                                         "sha512:" + kHex64,
                                         "sha256:" + std::string(64, 'A'),
                                         "sha256:" + std::string(63, 'a') + "g",
                                         "md5:" + std::string(32, 'a'),
                                         "SHA256:" + kHex64,
                                         "sha256:" + kHex64 + "\n",
                                         " sha256:" + kHex64};
  for (const auto& text : rows) {
    const auto digest = Digest::parse(text);
    ASSERT_FALSE(digest.has_value()) << text;
    EXPECT_EQ(digest.error().kind, ErrorKind::kBadInput);
  }
}

TEST(Digest, NeverEchoesControlCharacters) {
  const auto digest = Digest::parse("sha256:\x1b[31m");
  ASSERT_FALSE(digest.has_value());
  EXPECT_EQ(digest.error().message.find('\x1b'), std::string::npos);
}

TEST(Digest, ShortFormIsTheFirstTwelveDigits) {
  EXPECT_EQ(Digest::parse("sha256:0123456789abcdef" + std::string(48, 'f'))->short_form(),
            "0123456789ab");
}

TEST(ObjectNames, AreThoseThatTheApiServerAccepts) {
  for (const auto& name : {std::string("a"), std::string("0-1.b"), std::string(253, 'x')}) {
    EXPECT_TRUE(is_object_name(name)) << name;
  }
  const std::vector<std::string> rows = {"",     "-a",  "a-",  "a.",   ".a",
                                         "a..b", "a'",  "A",   "a_b",  "a b",
                                         "ä",    "a\n", "a/b", "a.-b", std::string(254, 'x')};
  for (const auto& name : rows) EXPECT_FALSE(is_object_name(name)) << name;
}

TEST(DigestSet, PrintsContainersOnlyWhereThereIsMoreThanOne) {
  const auto a = *Digest::parse("sha256:" + kHex64);
  const auto b = *Digest::parse("sha512:" + kHex128);
  EXPECT_EQ(to_string(DigestSet{}), "");
  EXPECT_EQ(to_string(DigestSet{{ContainerName("app"), a}}), "aaaaaaaaaaaa");
  EXPECT_EQ(to_string(DigestSet{{ContainerName("side"), b}, {ContainerName("app"), a}}),
            "app=aaaaaaaaaaaa, side=000000000000");
}

TEST(ServiceKey, PrintsNamespaceSlashName) {
  EXPECT_EQ(to_string(ServiceKey{"shop", "checkout"}), "shop/checkout");
}

TEST(Percent, IsFromZeroToAHundred) {
  EXPECT_EQ(Percent::parse(0)->get(), 0);
  EXPECT_EQ(Percent::parse(100)->get(), 100);
  EXPECT_FALSE(Percent::parse(-1).has_value());
  EXPECT_EQ(Percent::parse(101).error().message,
            "a percent is a whole number from 0 to 100: found 101");
  EXPECT_EQ(Percent::clamp(-5).get(), 0);
  EXPECT_EQ(Percent::clamp(1'000'000'000'000).get(), 100);
  EXPECT_EQ(Percent::clamp(30).complement().get(), 70);
}

}  // namespace
}  // namespace freshet
