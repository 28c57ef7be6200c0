// Layers of a manifest, and which are read.
#include "controller/image/layer.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

constexpr const char* kTarGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
constexpr std::int64_t kMebi = 1 << 20;

std::vector<Layer> layers_of(std::vector<std::int64_t> sizes) {
  std::vector<Layer> out;
  for (const std::int64_t size : sizes) {
    const std::string digits(64, static_cast<char>('a' + out.size()));
    out.push_back({*Digest::parse("sha256:" + digits), kTarGzip, size});
  }
  return out;
}

std::vector<std::size_t> read_of(std::vector<std::int64_t> sizes) {
  return layers_to_read(layers_of(std::move(sizes)), ReadBounds{});
}

using Indices = std::vector<std::size_t>;

TEST(Layers, AreReadFromTheTopWhereAllFitIntoTheBound) {
  EXPECT_EQ(read_of({30 * kMebi, 20 * kMebi, 1}), (Indices{2, 1, 0}));
}

TEST(Layers, AreTheLowestAndTheSmallestOfTheOthersWhereNotAllFit) {
  EXPECT_EQ(read_of({30 * kMebi, 200 * kMebi, 10 * kMebi, 25 * kMebi, 5 * kMebi}),
            (Indices{4, 2, 0}));
}

TEST(Layers, AreTheLowestAloneWhereItIsBeyondTheBoundByItself) {
  EXPECT_EQ(read_of({200 * kMebi, 1}), (Indices{0}));
  EXPECT_EQ(read_of({200 * kMebi}), (Indices{0}));
  EXPECT_EQ(read_of({}), Indices{});
}

TEST(Layers, ThatAreNoArchivesAreLeftOut) {
  std::vector<Layer> layers = layers_of({1, 2, 3});
  layers[0].media_type = "application/vnd.example.model";
  EXPECT_EQ(layers_to_read(layers, ReadBounds{}), (Indices{2, 1}));
}

TEST(Layers, AreNoMoreThanTheBound) {
  ReadBounds bounds;
  bounds.layers = 3;
  EXPECT_EQ(layers_to_read(layers_of({1, 2, 3, 4, 5}), bounds), (Indices{2, 1, 0}));
}

TEST(Layers, AreListedByTheManifestTheLowestFirst) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  const auto layers = parse_layers(R"({"layers":[{"mediaType":")" + std::string(kTarGzip) +
                                       R"(","digest":")" + digest + R"(","size":7}]})",
                                   1 << 20);
  ASSERT_TRUE(layers) << layers.error().message;
  EXPECT_EQ(*layers, (std::vector<Layer>{{*Digest::parse(digest), kTarGzip, 7}}));
}

TEST(Layers, ThatSayNothingSaneAreRefused) {
  for (const char* body : {"[]", "{}", R"({"layers":7})", R"({"layers":[{}]})",
                           R"({"layers":[{"digest":"sha256:a","size":1}]})", "{"}) {
    EXPECT_FALSE(parse_layers(body, 1 << 20)) << body;
  }
}

}  // namespace
}  // namespace freshet
