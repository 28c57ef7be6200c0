// What an image says of what it was made from, with bounds.
#include "controller/registry/origin.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace freshet {
namespace {

Json note(const std::string& name, const std::string& text) {
  return {{"org.opencontainers.image." + name, text}};
}

TEST(Origin, IsReadFromAnnotationsOfTheSpecification) {
  const std::string digest = "sha256:" + std::string(64, 'b');
  Json all;
  for (const auto& [name, text] :
       std::vector<std::pair<std::string, std::string>>{{"revision", "4f2a"},
                                                        {"source", "https://github.com/acme/app"},
                                                        {"version", "1.4.2"},
                                                        {"base.name", "cgr.dev/static:latest"},
                                                        {"base.digest", digest}}) {
    all.update(note(name, text));
  }
  EXPECT_EQ(read_origin(all), (ImageOrigin{"4f2a", "https://github.com/acme/app", "1.4.2",
                                           "cgr.dev/static:latest", digest}));
  EXPECT_EQ(read_origin(Json()), ImageOrigin{});
  EXPECT_EQ(read_origin(Json::array()), ImageOrigin{});
}

TEST(Origin, WhatCannotBeShownIsAbsent) {
  struct Row {
    const char* sentence;
    Json annotations;
  };
  const std::vector<Row> rows = {
      {"control characters", note("revision", "a\x1b[31mb")},
      {"a text over the bound", note("version", std::string(kMaxOriginBytes + 1, 'a'))},
      {"a user and a password in the source", note("source", "https://me:s3cret@x.io/app")},
      {"a token alone", note("source", "https://s3cret@x.io")},
      {"a base digest that is none", note("base.digest", "sha256:12")},
      {"no text", {{"org.opencontainers.image.revision", 7}}},
  };
  for (const Row& row : rows)
    EXPECT_EQ(read_origin(row.annotations), ImageOrigin{}) << row.sentence;
  EXPECT_EQ(read_origin(note("source", "git@github.com:acme/app.git")).source,
            "git@github.com:acme/app.git");
}

TEST(Origin, NameAndDigestOfABaseStayTogether) {
  ImageOrigin origin{"", "", "", "debian:12", ""};
  fill_in(origin, {"4f2a", "", "1", "alpine:3", "sha256:" + std::string(64, 'b')});
  EXPECT_EQ(origin, (ImageOrigin{"4f2a", "", "1", "debian:12", ""}));
}

}  // namespace
}  // namespace freshet
