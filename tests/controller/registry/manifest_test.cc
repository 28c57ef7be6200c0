// Manifests, indexes, configurations: what is read, and what is not an image.
#include "controller/registry/manifest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/controller/registry/fixture.h"

namespace freshet {
namespace {

using namespace fixture;

TEST(Manifest, OfASingleImageNamesItsConfiguration) {
  const auto manifest = manifest_of(config());
  const auto got = parse_manifest(manifest.body, std::string(kOciManifest) + "; charset=utf-8");
  ASSERT_TRUE(got.has_value()) << got.error().message;
  EXPECT_EQ(*got, (Manifest{std::string(kOciManifest), {}, {}, {}, config().digest(), 0}));
}

TEST(Manifest, OfAnIndexListsPlatformsAndPrefersLinuxAmd64) {
  const auto child = manifest_of(config());
  const auto index = index_of(child, R"({"org.opencontainers.image.created":")" + kCreated + "\"}");
  const auto got = parse_manifest(index.body, kOciIndex);
  ASSERT_TRUE(got.has_value()) << got.error().message;
  EXPECT_EQ(*got,
            (Manifest{std::string(kOciIndex),
                      {{"linux", "amd64", ""}, {"linux", "arm64", "v8"}},
                      parse_rfc3339(kCreated).value(),
                      child.digest(),
                      {},
                      {},
                      {},
                      {{{"linux", "arm64", "v8"}, *Digest::parse("sha256:" + std::string(64, '1'))},
                       {{"linux", "amd64", ""}, child.digest()}}}));
  EXPECT_EQ(to_string(got->platforms[1]), "linux/arm64/v8");
}

std::string content(const std::string& image) { return parse_image_config(image).content; }

TEST(ImageConfig, ARebuildHasTheSameContentAndWhateverRunsOtherwiseHasAnother) {
  const std::string layers = R"("rootfs":{"type":"layers","diff_ids":["sha256:a","sha256:b"]})";
  const std::string first =
      content(R"({"os":"linux","architecture":"amd64","created":"2026-11-23T00:00:00Z",)"
              R"("history":[{"created":"2026-11-23T00:00:00Z"}],"config":{"Cmd":["app"],"Labels":)"
              R"({"org.opencontainers.image.created":"2026-11-23T00:00:00Z"}},)" +
              layers + "}");
  EXPECT_EQ(first.size(), 64u);
  const std::string head = R"({"os":"linux","architecture":"amd64","config":)";
  EXPECT_EQ(content(head + R"({"Cmd":["app"]},)" + layers + "}"), first);
  const std::vector<std::string> others = {
      head + R"({"Cmd":["app","-v"]},)" + layers + "}",
      head + R"({"Cmd":["app"],"Labels":{"team":"shop"}},)" + layers + "}",
      head + R"({"Cmd":["app"]},"rootfs":{"diff_ids":["sha256:a"]}})",
      head + R"({"Cmd":["app"]},"rootfs":{"diff_ids":["sha256:b","sha256:a"]}})",
      R"({"os":"linux","architecture":"arm64","config":{"Cmd":["app"]},)" + layers + "}",
  };
  for (const std::string& other : others) EXPECT_NE(content(other), first) << other;
  EXPECT_EQ(content(head + R"({"Cmd":["app"]}})"), "") << "no layers are told";
}

TEST(Manifest, TypeIsTheBodysWhereTheHeaderIsGeneral) {
  const auto manifest = manifest_of(config());
  EXPECT_EQ(parse_manifest(manifest.body, "application/json")->media_type, kOciManifest);
  EXPECT_EQ(parse_manifest(index_of(manifest).body, "")->media_type, kOciIndex);
  EXPECT_EQ(parse_manifest(index_of(manifest).body, kDockerList)->media_type, kDockerList);
}

TEST(Manifest, RefusesWhatIsNotAnImage) {
  const std::string digest = "\"sha256:" + std::string(64, '1') + "\"";
  const std::string layers = R"(,"layers":[])";
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"an HTML page", "<html></html>"},
      {"an empty body", ""},
      {"a truncated body", R"({"schemaVersion":2,"manifests":[)"},
      {"a list", "[]"},
      {"schema 1", R"({"schemaVersion":1,"name":"a","fsLayers":[]})"},
      {"no version", R"({"config":{"digest":)" + digest + "}" + layers + "}"},
      {"another document", R"({"schemaVersion":2,"mediaType":"text/plain"})"},
      {"a body that contradicts the header",
       R"({"schemaVersion":2,"mediaType":")" + std::string(kOciIndex) + R"(","manifests":[]})"},
      {"a chart", R"({"schemaVersion":2,"config":{"mediaType":)"
                  R"("application/vnd.cncf.helm.config.v1+json","digest":)" +
                      digest + "}" + layers + "}"},
      {"a malformed digest",
       R"({"schemaVersion":2,"config":{"mediaType":"application/octet-stream","digest":"x"})" +
           layers + "}"},
      {"duplicate keys", R"({"schemaVersion":2,"schemaVersion":2})"},
  };
  for (const auto& [name, body] : rows) {
    EXPECT_FALSE(parse_manifest(body, kOciManifest).has_value()) << name;
  }
  EXPECT_FALSE(parse_manifest(R"({"schemaVersion":2,"manifests":[]})", kOciIndex).has_value());
  EXPECT_FALSE(parse_manifest(R"({"schemaVersion":2,"manifests":[1]})", kOciIndex).has_value());
}

TEST(Manifest, APlatformWithControlCharactersIsNone) {
  auto index = index_of(manifest_of(config()));
  index.body.replace(index.body.find("amd64"), 5, R"(\u001b[31m)");
  const auto got = parse_manifest(index.body, kOciIndex);
  ASSERT_TRUE(got.has_value()) << got.error().message;
  EXPECT_EQ(got->platforms, (std::vector<Platform>{{"linux", "arm64", "v8"}}));
}

TEST(Manifest, ErrorsAboutForeignTypesShowNoControlCharacters) {
  const std::string foreign = R"(text/\u001b[31mred)";
  auto artifact = manifest_of(config()).body;
  const std::string of_config = "application/vnd.oci.image.config.v1+json";
  artifact.replace(artifact.find(of_config), of_config.size(), foreign);
  for (const std::string& body :
       {R"({"schemaVersion":2,"mediaType":")" + foreign + "\"}", artifact}) {
    const auto got = parse_manifest(body, "");
    ASSERT_FALSE(got.has_value()) << body;
    EXPECT_NE(got.error().message.find("red"), std::string::npos) << got.error().message;
    EXPECT_FALSE(has_control_characters(got.error().message)) << body;
  }
}

TEST(ImageConfig, TellsDateAndPlatformAndForgivesTheRest) {
  EXPECT_EQ(parse_image_config(config().body),
            (ImageConfig{*parse_rfc3339(kCreated), Platform{"linux", "arm64", ""}}));
  for (const std::string body : {"", "x", "[]", R"({"created":5,"os":[]})"}) {
    EXPECT_EQ(parse_image_config(body), ImageConfig{}) << body;
  }
}

TEST(ImageConfig, ADateThatReproducibleBuildsWriteIsNone) {
  for (const std::string date :
       {"1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1980-01-01T00:00:01Z"}) {
    EXPECT_EQ(parse_image_config(config(date).body).created, std::nullopt) << date;
  }
}

TEST(Digests, OfBothAlgorithmsAreChecked) {
  EXPECT_TRUE(has_digest("abc", *Digest::parse("sha256:" + sha256_hex("abc"))));
  EXPECT_TRUE(has_digest("abc", *Digest::parse("sha512:" + sha512_hex("abc"))));
  EXPECT_FALSE(has_digest("abd", *Digest::parse("sha512:" + sha512_hex("abc"))));
}

TEST(Manifest, AddsUpItsLayers) {
  struct Row {
    const char* sentence;
    std::string layers;
    std::optional<std::int64_t> bytes;  // nullopt: it is refused
  };
  const std::vector<Row> rows = {
      {"no layer", "[]", 0},
      {"all layers together", R"([{"size":7},{"size":4000000000}])", 4000000007},
      {"a layer without a size", "[{}]", std::nullopt},
      {"a negative size", R"([{"size":-1}])", std::nullopt},
      {"no whole number", R"([{"size":"7"}])", std::nullopt},
      {"more than any registry holds", R"([{"size":9223372036854775807}])", std::nullopt},
  };
  for (const Row& row : rows) {
    auto body = manifest_of(config()).body;
    body.replace(body.find("[]"), 2, row.layers);
    const auto got = parse_manifest(body, kOciManifest);
    EXPECT_EQ(got ? got->layer_bytes : std::nullopt, row.bytes) << row.sentence;
  }
}

}  // namespace
}  // namespace freshet
