// What an image holds beyond its base: what makes it another, and what does not.
#include "controller/registry/application.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace freshet {
namespace {

ImageParts parts_of(const std::string& layers, const std::string& config) {
  return *parse_image_parts(R"({"os":"linux","architecture":"amd64","config":)" + config +
                            R"(,"rootfs":{"diff_ids":)" + layers + "}}");
}

const ImageParts kOldBase = parts_of(R"(["b1"])", R"({"Env":["PATH=/bin","V=1"],"Cmd":["sh"],)"
                                                  R"("Labels":{"vendor":"acme","of":"monday"}})");
const ImageParts kNewBase =
    parts_of(R"(["b2","b3"])", R"({"Env":["PATH=/bin","V=2"],"Cmd":["sh"],)"
                               R"("Labels":{"vendor":"acme","of":"tuesday"}})");
const std::string kBaseName = "r.io/acme/base:1";

std::string application_told(const ImageParts& image, const ImageParts& base,
                             const std::string& name = kBaseName) {
  const auto out = application_of(image, base, name);
  return out ? *out : out.error().message;
}

std::string run_as(const std::string& env, const std::string& labels,
                   const std::string& rest = R"("Cmd":["app"])") {
  return R"({"Env":[)" + env + R"(],"Labels":{)" + labels + "}," + rest + "}";
}

const std::string kEnvOfOld = R"("PATH=/bin","V=1","MODE=fast")";
const std::string kEnvOfNew = R"("PATH=/bin","V=2","MODE=fast")";
const ImageParts kApplication =
    parts_of(R"(["b1","a1","a2"])", run_as(kEnvOfOld, R"("of":"monday")"));

TEST(Application, IsTheSameWhereOnlyTheBaseMoved) {
  const std::string same = application_told(kApplication, kOldBase);
  EXPECT_EQ(same.size(), 64u);
  const std::vector<std::pair<const char*, ImageParts>> rows = {
      {"layers, environment and labels of the base are the base's",
       parts_of(R"(["b2","b3","a1","a2"])", run_as(kEnvOfNew, R"("of":"tuesday")"))},
      {"dates, the version and the base's name are of the build",
       parts_of(R"(["b2","b3","a1","a2"])",
                run_as(kEnvOfNew, R"("org.opencontainers.image.created":"2026-11-24T00:00:00Z",)"
                                  R"("org.opencontainers.image.version":"1.4.20261124",)"
                                  R"("org.opencontainers.image.base.digest":"sha256:b2")"))},
  };
  for (const auto& [sentence, image] : rows)
    EXPECT_EQ(application_told(image, kNewBase), same) << sentence;
}

TEST(Application, IsAnotherWhereAnythingElseIs) {
  const std::string same = application_told(kApplication, kOldBase);
  const std::string layers = R"(["b2","b3","a1","a2"])";
  const std::vector<std::pair<const char*, ImageParts>> rows = {
      {"a layer of its own below one that stayed",
       parts_of(R"(["b2","b3","a9","a2"])", run_as(kEnvOfNew, ""))},
      {"one layer more", parts_of(R"(["b2","b3","a1","a2","a3"])", run_as(kEnvOfNew, ""))},
      {"one layer less", parts_of(R"(["b2","b3","a2"])", run_as(kEnvOfNew, ""))},
      {"layers in another order", parts_of(R"(["b2","b3","a2","a1"])", run_as(kEnvOfNew, ""))},
      {"environment", parts_of(layers, run_as(R"("PATH=/bin","V=2","MODE=slow")", ""))},
      {"environment that the base changed and the image keeps",
       parts_of(layers, run_as(kEnvOfOld, ""))},
      {"a command", parts_of(layers, run_as(kEnvOfNew, "", R"("Cmd":["app","-v"])"))},
      {"a user", parts_of(layers, run_as(kEnvOfNew, "", R"("Cmd":["app"],"User":"1000")"))},
      {"a label, as that of another source revision",
       parts_of(layers, run_as(kEnvOfNew, R"("org.opencontainers.image.revision":"9c1e")"))},
  };
  for (const auto& [sentence, image] : rows)
    EXPECT_NE(application_told(image, kNewBase), same) << sentence;
  const auto rebased = parts_of(layers, run_as(kEnvOfNew, R"("of":"tuesday")"));
  EXPECT_NE(application_told(rebased, kNewBase, "r.io/acme/base:2"), same)
      << "another tag is another base";
}

TEST(Application, IsNotToldOfWhatIsNotBuiltUponItsBase) {
  EXPECT_EQ(application_told(kApplication, kNewBase),
            "its lowest layers are not those of its base r.io/acme/base:1");
  EXPECT_EQ(application_told(kOldBase, kNewBase),
            "its lowest layers are not those of its base r.io/acme/base:1");
  EXPECT_EQ(application_told(kOldBase, kOldBase),
            "it has no layers of its own upon its base r.io/acme/base:1");
}

TEST(Application, NeedsAConfigurationThatCanBeRead) {
  const std::string platform = R"("os":"linux","architecture":"amd64")";
  const std::string layers = R"(,"rootfs":{"diff_ids":["a"]})";
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"[]", "its configuration is not a JSON object"},
      {"{" + platform + "}", "its configuration names no layers"},
      {"{" + platform + R"(,"rootfs":{"diff_ids":"a"}})",
       "its configuration's rootfs.diff_ids cannot be read"},
      {R"({"os":"linux")" + layers + "}", "its configuration names no platform"},
      {"{" + platform + layers + R"(,"config":7})", "its configuration's config cannot be read"},
      {"{" + platform + layers + R"(,"config":{"Env":[7]}})",
       "its configuration's Env cannot be read"},
      {"{" + platform + layers + R"(,"config":{"Labels":{"a":7}}})",
       "its configuration's Labels cannot be read"},
  };
  for (const auto& [body, message] : rows) {
    const auto got = parse_image_parts(body);
    ASSERT_FALSE(got.has_value()) << body;
    EXPECT_EQ(got.error().message, message);
  }
}

TEST(Application, GoesByTheMostParticularWordAboutTheBase) {
  const ImageOrigin manifest{"", "", "", "r.io/manifest", "sha256:1"};
  const ImageOrigin index{"", "", "", "r.io/index", "sha256:2"};
  const ImageOrigin label{"", "", "", "r.io/label", "sha256:3"};
  EXPECT_EQ(stated_base(manifest, index, label), manifest);
  EXPECT_EQ(stated_base({}, index, label), index);
  EXPECT_EQ(stated_base({}, {}, label), label);
  EXPECT_EQ(stated_base({"", "", "", "r.io/no-digest", ""}, {}, {}), ImageOrigin{});
}

}  // namespace
}  // namespace freshet
