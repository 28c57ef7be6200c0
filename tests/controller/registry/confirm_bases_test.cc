// Reading bases with a confirmation: what is asked, and that nothing about a base stands against
// the image.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/registry/confirm.h"
#include "tests/controller/registry/fixture.h"

namespace freshet {
namespace {

using namespace fixture;

Document layered(const std::string& layers, const std::string& architecture = "amd64") {
  return {"application/octet-stream", R"({"created":")" + kCreated +
                                          R"(","os":"linux","architecture":")" + architecture +
                                          R"(","rootfs":{"diff_ids":[)" + layers + "]}}"};
}

std::string based_on(const Document& base, const std::string& name = "r.io/acme/base:1") {
  return R"({"org.opencontainers.image.base.name":")" + name +
         R"(","org.opencontainers.image.base.digest":")" + base.digest().get() + "\"}";
}

const std::string kBaseUrl = "https://r.io/v2/acme/base/";
std::string in_base(const Document& manifest) {
  return kBaseUrl + "manifests/" + manifest.digest().get();
}
std::string base_blob(const Document& config) {
  return kBaseUrl + "blobs/" + config.digest().get();
}

const Document kBaseConfig = layered(R"("b1")");
const Document kBase = manifest_of(kBaseConfig);
const Document kAppConfig = layered(R"("b1","a1")");

class ConfirmBases : public ::testing::Test {
 protected:
  void serve_image(const Document& manifest, const Document& config) {
    transport_.on("GET", manifest.by_digest(), manifest.get());
    transport_.on("GET", config.as_blob(), make_response(200, {}, config.body));
  }
  void serve_base(const Document& manifest, const Document& config) {
    transport_.on("GET", in_base(manifest), manifest.get());
    transport_.on("GET", base_blob(config), make_response(200, {}, config.body));
  }
  Confirmed confirm(const Document& image, ConfirmDepth depth = ConfirmDepth::kWithBases) {
    RegistryMemory memory;
    DigestConfirmation confirmation(access_to_app(), image.digest(),
                                    RegistryFailureKind::kInconsistent, depth);
    for (;;) {
      auto next = confirmation.next_request(memory, kNow);
      if (auto* outcome = std::get_if<ConfirmOutcome>(&next)) return std::get<Confirmed>(*outcome);
      confirmation.fold(transport_.send(std::get<HttpRequest>(next)), memory, kNow);
    }
  }

  ScriptedTransport transport_;
};

TEST_F(ConfirmBases, AreReadByDigestOnlyWhereThatIsAsked) {
  const auto image = manifest_of(kAppConfig, based_on(kBase));
  serve_image(image, kAppConfig);
  serve_base(kBase, kBaseConfig);
  EXPECT_EQ(confirm(image, ConfirmDepth::kAll).application, ImageApplication{});
  EXPECT_EQ(transport_.requests().size(), 2u);
  transport_.forget_requests();
  const Confirmed got = confirm(image);
  EXPECT_EQ(got.application.content.size(), 64u);
  EXPECT_EQ(got.application.untold, "");
  EXPECT_EQ(transport_.lines(),
            (std::vector<std::string>{"GET " + image.by_digest(), "GET " + kAppConfig.as_blob(),
                                      "GET " + in_base(kBase), "GET " + base_blob(kBaseConfig)}));
}

TEST_F(ConfirmBases, TellTheSameOfAnImageRebuiltUponAnother) {
  const auto image = manifest_of(kAppConfig, based_on(kBase));
  const auto new_base_config = layered(R"("b2","b3")");
  const auto new_base = manifest_of(new_base_config);
  const auto new_config = layered(R"("b2","b3","a1")");
  const auto rebuilt = manifest_of(new_config, based_on(new_base));
  serve_image(image, kAppConfig);
  serve_image(rebuilt, new_config);
  serve_base(kBase, kBaseConfig);
  serve_base(new_base, new_base_config);
  const Confirmed one = confirm(image);
  const Confirmed other = confirm(rebuilt);
  EXPECT_EQ(one.application, other.application);
  EXPECT_NE(one.content, other.content);
}

TEST_F(ConfirmBases, OfAnIndexAreReadForEachOfItsPlatforms) {
  const auto arm_config = layered(R"("c1","a7")", "arm64");
  const auto arm_image = manifest_of(arm_config);
  const auto image = manifest_of(kAppConfig);
  const auto arm_base_config = layered(R"("c1")", "arm64");
  const auto arm_base = manifest_of(arm_base_config);
  const auto index = [](const Document& amd64, const Document& arm64, const std::string& notes) {
    auto out = index_of(amd64, notes);
    const std::string placeholder = "sha256:" + std::string(64, '1');
    out.body.replace(out.body.find(placeholder), placeholder.size(), arm64.digest().get());
    return out;
  };
  const auto bases = index(kBase, arm_base, "{}");
  const auto images = index(image, arm_image, based_on(bases));
  serve_image(images, kAppConfig);
  serve_image(image, kAppConfig);
  serve_image(arm_image, arm_config);
  serve_base(bases, kBaseConfig);
  serve_base(kBase, kBaseConfig);
  serve_base(arm_base, arm_base_config);
  EXPECT_EQ(confirm(images).application.content.size(), 64u);

  const auto for_one = index_of(kBase);  // its other entry is not there
  const auto upon_one = index(image, arm_image, based_on(for_one));
  serve_image(upon_one, kAppConfig);
  serve_base(for_one, kBaseConfig);
  transport_.on("GET", kBaseUrl + "manifests/sha256:" + std::string(64, '1'), make_response(404));
  EXPECT_EQ(confirm(upon_one).application.untold,
            "its base r.io/acme/base:1 could not be read: HTTP 404");
}

TEST_F(ConfirmBases, ThatAreNotToBeReadAreToldAndStandAgainstNothing) {
  struct Row {
    const char* sentence;
    std::string annotations;
    Result<HttpResponse> reply;
    std::string untold;
    bool may_tell_later;
  };
  const std::string could_not = "its base r.io/acme/base:1 could not be read: ";
  const std::string here = based_on(kBase);
  const std::vector<Row> rows = {
      {"no base is named", "{}", make_response(404),
       "it names no base (annotations org.opencontainers.image.base.name and .digest)", false},
      {"a digest without a name",
       R"({"org.opencontainers.image.base.digest":")" + kBase.digest().get() + "\"}",
       make_response(404),
       "it names no base (annotations org.opencontainers.image.base.name and .digest)", false},
      {"another registry is never asked", based_on(kBase, "docker.io/library/base:1"),
       make_response(404),
       "its base docker.io/library/base:1 is on another registry, where it is not read", false},
      {"a name without a registry is Docker Hub's", based_on(kBase, "alpine:3.20"),
       make_response(404),
       "its base docker.io/library/alpine:3.20 is on another registry, where it is not read",
       false},
      {"it is gone", here, make_response(404), could_not + "HTTP 404", false},
      {"the registry asks to wait", here, make_response(429), could_not + "HTTP 429", true},
      {"the registry fails", here, make_response(503), could_not + "HTTP 503", true},
      {"other bytes", here, make_response(200, kBase.headers(), "{}"),
       could_not + "what came has another digest", false},
  };
  for (const Row& row : rows) {
    transport_ = ScriptedTransport();
    const auto image = manifest_of(kAppConfig, row.annotations);
    serve_image(image, kAppConfig);
    transport_.on("GET", in_base(kBase), row.reply);
    const Confirmed got = confirm(image);
    EXPECT_EQ(got.application, (ImageApplication{"", row.untold})) << row.sentence;
    EXPECT_EQ(got.may_tell_later, row.may_tell_later) << row.sentence;
    EXPECT_EQ(got.content.size(), 64u) << row.sentence;
    for (const std::string& line : transport_.lines()) {
      EXPECT_TRUE(line.starts_with("GET https://r.io/")) << line;
    }
  }
}

TEST_F(ConfirmBases, OfAnotherPlatformAreNoBases) {
  const auto bases = index_of(kBase);
  const auto config = layered(R"("b1","a1")", "s390x");
  const auto image = manifest_of(config, based_on(bases));
  serve_image(image, config);
  serve_base(bases, kBaseConfig);
  EXPECT_EQ(confirm(image).application.untold,
            "its base r.io/acme/base:1 could not be read: it has no image for linux/s390x");
}

TEST_F(ConfirmBases, AreNotReadWhereTheImageItselfCannotBe) {
  const auto image = manifest_of(kAppConfig, based_on(kBase));
  transport_.on("GET", image.by_digest(), image.get());
  transport_.on("GET", kAppConfig.as_blob(), make_response(404));
  EXPECT_EQ(confirm(image).application.untold, "not all of its images could be read");
  EXPECT_EQ(transport_.requests().size(), 2u);
}

}  // namespace
}  // namespace freshet
