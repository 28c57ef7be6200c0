// Small text tools: the edges that callers rely on.
#include "base/text.h"

#include <gtest/gtest.h>

#include <limits>
#include <utility>

namespace freshet {
namespace {

using Strings = std::vector<std::string>;

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a,,b", ','), (Strings{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (Strings{""}));
  EXPECT_EQ(split(",", ','), (Strings{"", ""}));
}

TEST(Join, IsTheOtherWayOfSplit) {
  EXPECT_EQ(join(split("a,,b", ','), ","), "a,,b");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(Trim, TakesWhiteSpaceFromBothEnds) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Case, IsAsciiOnly) {
  EXPECT_EQ(to_lower("AbZÜ"), "abzÜ");
  EXPECT_TRUE(equals_ignore_case("Retry-After", "retry-AFTER"));
  EXPECT_FALSE(equals_ignore_case("ab", "abc"));
}

TEST(WholeNumbers, AreDigitsAndNothingElse) {
  EXPECT_EQ(parse_whole("0"), 0);
  EXPECT_EQ(parse_whole("007"), 7);
  EXPECT_EQ(parse_whole("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "9223372036854775808"}) {
    EXPECT_EQ(parse_whole(text), std::nullopt) << text;
  }
}

TEST(Nearest, SuggestsWhatIsNearEnough) {
  const Strings known{"promote", "pause", "resume", "status", "on"};
  const std::pair<const char*, std::optional<std::string>> rows[] = {
      {"pormote", "promote"},
      {"Status", "status"},
      {"staus", "status"},
      {"pauze", "pause"},
      {"resumes", "resume"},
      {"deploy", {}},
      {"x", {}},
      {"", {}},
      {"o", "on"},
  };
  for (const auto& [word, expected] : rows) EXPECT_EQ(nearest(word, known), expected) << word;
  EXPECT_EQ(nearest(std::string(100000, 'a'), known), std::nullopt);
  EXPECT_EQ(nearest("status", {}), std::nullopt);
}

TEST(Printable, EscapesWhatATerminalWouldObey) {
  const std::pair<std::string, const char*> rows[] = {
      {"plain ünïcode ✓", "plain ünïcode ✓"},
      {"a\nb\x1b[31m", "a\\x0ab\\x1b[31m"},
      {std::string("\0\x7f", 2), "\\x00\\x7f"},
      {"\xc2\x9b"
       "1m",
       "\\xc2\\x9b1m"},
      {"broken \xc3(", "broken \\xc3("},
      {"left \xe2\x80\xae right", "left \\xe2\\x80\\xae right"},
  };
  for (const auto& [text, expected] : rows) EXPECT_EQ(printable(text), expected);
}

TEST(Printable, CutsOnACharacter) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef…");
  EXPECT_EQ(printable("aüü", 4), "aü…");
  EXPECT_EQ(printable("a\n", 4), "a…");
}

TEST(Utf8, IsAsTheStandardHasIt) {
  for (const char* text : {"", "a", "ü", "€", "😀", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_valid_utf8(text)) << text;
  }
  for (const char* text : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf",
                           "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_FALSE(is_valid_utf8(text));
  }
}

TEST(ControlCharacters, AreFound) {
  EXPECT_FALSE(has_control_characters("a ü"));
  EXPECT_TRUE(has_control_characters("a\tb"));
  EXPECT_TRUE(has_control_characters("\x7f"));
}

TEST(Sha2, MatchesThePublishedVectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha512_hex("abc"),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Base64, MatchesTheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [plain, coded] : rows) {
    EXPECT_EQ(base64_encode(plain), coded);
    EXPECT_EQ(base64_decode(coded), plain);
  }
}

TEST(Base64, ReadsBothAlphabetsWithOrWithoutPadding) {
  EXPECT_EQ(base64_decode("+/+/"), "\xfb\xff\xbf");
  EXPECT_EQ(base64_decode("-_-_"), "\xfb\xff\xbf");
  EXPECT_EQ(base64_decode("Zm8"), "fo");
}

TEST(Base64, RefusesWhatIsNotBase64) {
  for (const char* text : {"Z", "Zg=", "Zg===", "=", "Z=g=", "Zm 8", "Zm8\n", "Zm8=Zm8="}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

TEST(StableHash, IsFnv1aOnEveryRun) {
  EXPECT_EQ(stable_hash(""), 0xcbf29ce484222325u);
  EXPECT_EQ(stable_hash("foobar"), 0x85944171f73967e8u);
}

TEST(Thousands, AreSetApart) {
  const std::pair<std::int64_t, const char*> rows[] = {
      {0, "0"},       {999, "999"}, {1000, "1,000"}, {12345, "12,345"}, {-1234567, "-1,234,567"},
      {-123, "-123"},
  };
  for (const auto& [number, expected] : rows) EXPECT_EQ(with_thousands(number), expected);
}

}  // namespace
}  // namespace freshet
