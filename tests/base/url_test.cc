// URLs: what is taken, what is refused and why; percent coding.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/http.h"

namespace freshet {
namespace {

TEST(Urls, AreTakenApart) {
  const std::pair<const char*, Url> rows[] = {
      {"https://Registry.Example:5000/v2/", {"https", "registry.example", 5000, "/v2/"}},
      {"http://prometheus", {"http", "prometheus", 80, "/"}},
      {"HTTPS://a.b", {"https", "a.b", 443, "/"}},
      {"http://a?query=up", {"http", "a", 80, "/?query=up"}},
      {"http://127.0.0.1:9090/api?a=b&c=%20", {"http", "127.0.0.1", 9090, "/api?a=b&c=%20"}},
      {"https://[2001:DB8::1]:6443/", {"https", "2001:db8::1", 6443, "/"}},
      {"https://[::1]", {"https", "::1", 443, "/"}},
      {"https://a/x@sha256:1", {"https", "a", 443, "/x@sha256:1"}},
  };
  for (const auto& [text, expected] : rows) {
    ASSERT_TRUE(parse_url(text)) << text;
    EXPECT_EQ(*parse_url(text), expected) << text;
  }
}

TEST(Urls, AreRefusedWithTheReason) {
  const std::pair<std::string, const char*> rows[] = {
      {"", "must start with"},
      {"registry.example/v2", "must start with"},
      {"ftp://a/", "scheme must be https or http"},
      {"file:///etc/passwd", "scheme must be https or http"},
      {"https://", "has no host"},
      {"https:///v2", "has no host"},
      {"https://a/#part", "has a fragment"},
      {"https://a\\b/", "has a backslash"},
      {"https://a b/", "space, control or non-ASCII"},
      {"https://a/\r\nHost: b", "space, control or non-ASCII"},
      {std::string("https://a/\0", 11), "space, control or non-ASCII"},
      {"https://bücher/", "space, control or non-ASCII"},
      {"https://a%2eb/", "character no name has"},
      {"https://a:0/", "port must be 1 to 65535"},
      {"https://a:65536/", "port must be 1 to 65535"},
      {"https://a:80x/", "port must be 1 to 65535"},
      {"https://a:/", "host and port are malformed"},
      {"https://::1/", "has no host"},
      {"https://[::1/", "host and port are malformed"},
      {"https://[::1]x/", "host and port are malformed"},
      {"https://[a.b]/", "IPv6 address is malformed"},
      {"https://[fe80::1%25eth0]/", "IPv6 address is malformed"},
      {"https://" + std::string(254, 'a') + "/", "host is too long"},
      {"https://a/" + std::string(20000, 'a'), "is too long"},
  };
  for (const auto& [text, why] : rows) {
    const Result<Url> parsed = parse_url(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::kBadInput);
    EXPECT_NE(parsed.error().message.find(why), std::string::npos) << parsed.error().message;
  }
}

TEST(Urls, WithUserInfoAreRefusedWithoutEchoingIt) {
  const Error error = parse_url("https://user:canary-secret@host/").error();
  EXPECT_EQ(error.message, "URL is refused: it has user info; credentials belong elsewhere");
}

TEST(PercentCoding, KeepsUnreservedCharactersAlone) {
  EXPECT_EQ(percent_encode("aZ0-._~"), "aZ0-._~");
  EXPECT_EQ(percent_encode("a b/ü&"), "a%20b%2F%C3%BC%26");
}

TEST(PercentCoding, ReadsWhatItWrites) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  EXPECT_EQ(percent_decode("a+%2f"), "a+/");
}

TEST(PercentCoding, RefusesWhatIsCutOrNoHex) {
  for (const char* text : {"%", "%2", "a%", "%zz", "%-1"}) {
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace freshet
