// Image references: the grammar, row by row.
#include "controller/model/image_reference.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace freshet {
namespace {

const std::string kHex(64, 'b');
const std::string kDigestText = "sha256:" + kHex;

struct Good {
  std::string text;
  std::string registry;
  std::string repository;
  std::string tag;
  bool digest = false;
};

TEST(ImageReference, ReadsEveryFormOfTheGrammar) {
  const std::vector<Good> rows = {
      {"nginx", "docker.io", "library/nginx", ""},
      {"nginx:1.25", "docker.io", "library/nginx", "1.25"},
      {"acme/app", "docker.io", "acme/app", ""},
      {"docker.io/nginx", "docker.io", "library/nginx", ""},
      {"index.docker.io/nginx:a", "docker.io", "library/nginx", "a"},
      {"index.docker.io/acme/app", "docker.io", "acme/app", ""},
      {"ghcr.io/acme/checkout:1.4", "ghcr.io", "acme/checkout", "1.4"},
      {"ghcr.io/single", "ghcr.io", "single", ""},
      {"localhost/app", "localhost", "app", ""},
      {"localhost:5000/app:x", "localhost:5000", "app", "x"},
      {"127.0.0.1:5000/a/b/c:Latest", "127.0.0.1:5000", "a/b/c", "Latest"},
      {"[::1]:5000/app", "[::1]:5000", "app", ""},
      {"[2001:db8::1]/app:t", "[2001:db8::1]", "app", "t"},
      {"Foo/bar", "Foo", "bar", ""},
      {"app@" + kDigestText, "docker.io", "library/app", "", true},
      {"r.io/app:1@" + kDigestText, "r.io", "app", "1", true},
      {"r.io:443/a.b_c__d-e---f:_x.Y-z", "r.io:443", "a.b_c__d-e---f", "_x.Y-z"},
      {"r.io/app:" + std::string(128, 't'), "r.io", "app", std::string(128, 't')},
      {kHex + ":tag", "docker.io", "library/" + kHex, "tag"},
      {"r.io/" + kHex, "r.io", kHex, ""},
  };
  for (const auto& row : rows) {
    ImageReference want{row.registry, row.repository, std::nullopt, std::nullopt};
    if (!row.tag.empty()) want.tag = ImageTag(row.tag);
    if (row.digest) want.digest = *Digest::parse(kDigestText);
    const auto got = parse_image_reference(row.text);
    ASSERT_TRUE(got.has_value()) << row.text << ": " << got.error().message;
    EXPECT_EQ(*got, want) << row.text;
    EXPECT_EQ(*parse_image_reference(to_string(want)), want) << to_string(want);
  }
}

TEST(ImageReference, RefusesEverythingElse) {
  const std::vector<std::string> rows = {
      "",
      kHex,
      "Nginx",
      "acme/App",
      "-r.io/app",
      "r..io/app",
      "r.io/",
      "r.io//app",
      "/app",
      "r.io/app:",
      "r.io/app:.x",
      "r.io/app:" + std::string(129, 't'),
      "r.io/app@",
      "r.io/app@sha256:abc",
      "r.io/app@md5:" + std::string(32, 'a'),
      "r.io:port/app",
      "r.io:0/app",
      "r.io:65536/app",
      "r.io:/app",
      "[::1/app",
      "[fe80::1%25eth0]/app",
      "[]/app",
      "r.io/a___b",
      "r.io/a..b",
      "r.io/a._b",
      "r.io/_a",
      "r.io/a-",
      "r.io/a b",
      "r.io/a\n",
      "http://r.io/app",
      "user@r.io/app",
      "r.io/" + std::string(256, 'a'),
      "r.io/app:1@" + kDigestText + "@" + kDigestText,
      std::string(2000, 'a'),
  };
  for (const auto& text : rows) {
    const auto got = parse_image_reference(text);
    EXPECT_FALSE(got.has_value()) << text << " → " << to_string(*got);
    if (!got) {
      EXPECT_EQ(got.error().kind, ErrorKind::kBadInput) << text;
    }
  }
}

TEST(ImageReference, PinningKeepsTheTagAndReplacesTheDigest) {
  const auto digest = *Digest::parse(kDigestText);
  const auto moved = *parse_image_reference("r.io/app:1@sha256:" + std::string(64, 'c'));
  EXPECT_EQ(to_string(pinned(moved, digest)), "r.io/app:1@" + kDigestText);
  EXPECT_TRUE(same_repository(moved, *parse_image_reference("r.io/app:2")));
  EXPECT_FALSE(same_repository(moved, *parse_image_reference("r.io/other:1")));
}

}  // namespace
}  // namespace freshet
