// Reading an image's manifest, and parts of its layers.
#include "controller/registry/blobs.h"

#include <gtest/gtest.h>

#include "tests/controller/registry/fixture.h"

namespace freshet {
namespace {

using namespace fixture;

const Document kBlobConfig = config();
const Document kBlobImage = manifest_of(kBlobConfig);
const Document kLayer{"application/octet-stream", "0123456789"};

ImageReader reader_of(ScriptedTransport& transport, const Credential& credential = {}) {
  return {*api_origin(app(), {}),
          app().repository,
          credential,
          std::make_shared<const RegistryOptions>(),
          transport,
          [] { return kNow; }};
}

HttpResponse part(const std::string& body, const std::string& range) {
  return make_response(206, {{"Content-Range", range}}, body);
}

std::string problem_of(const std::variant<std::string, RegistryFailure>& answer) {
  const auto* failure = std::get_if<RegistryFailure>(&answer);
  return failure == nullptr ? "" : failure->message;
}

TEST(ImageReader, ReadsAManifestByItsDigestAndOfAnIndexThatOfOneImage) {
  ScriptedTransport transport;
  const Document index = index_of(kBlobImage);
  transport.on("GET", index.by_digest(), index.get());
  transport.on("GET", kBlobImage.by_digest(), kBlobImage.get());
  EXPECT_EQ(std::get<std::string>(reader_of(transport).manifest(index.digest())), kBlobImage.body);
  EXPECT_EQ(std::get<std::string>(reader_of(transport).manifest(kBlobImage.digest())),
            kBlobImage.body);
}

TEST(ImageReader, BelievesNoManifestOfAnotherDigest) {
  ScriptedTransport transport;
  transport.on("GET", kBlobImage.by_digest(), kBlobConfig.get());
  EXPECT_EQ(problem_of(reader_of(transport).manifest(kBlobImage.digest())),
            "GET " + kBlobImage.by_digest() + ": what came has another digest");
  ScriptedTransport empty;
  empty.on("GET", kBlobImage.by_digest(), make_response(404));
  EXPECT_EQ(std::get<RegistryFailure>(reader_of(empty).manifest(kBlobImage.digest())).kind,
            RegistryFailureKind::kNotFound);
}

TEST(ImageReader, AsksForPartsOfALayerByRange) {
  ScriptedTransport transport;
  transport.on("GET", kLayer.as_blob(), part("345", "bytes 3-5/10"));
  EXPECT_EQ(std::get<std::string>(reader_of(transport).blob_part(kLayer.digest(), 3, 3)), "345");
  EXPECT_EQ(transport.requests().front().headers,
            (HttpHeaders{{"Range", "bytes=3-5"}, {"Accept-Encoding", "identity"}}));
}

TEST(ImageReader, TakesTheWholeOnlyWhereItBeginsAtThePart) {
  ScriptedTransport transport;
  transport.on("GET", kLayer.as_blob(), make_response(200, {}, kLayer.body));
  EXPECT_EQ(std::get<std::string>(reader_of(transport).blob_part(kLayer.digest(), 0, 4)), "0123");
  EXPECT_EQ(problem_of(reader_of(transport).blob_part(kLayer.digest(), 4, 4)),
            "GET " + kLayer.as_blob() + ": it gives no parts of a layer");
}

TEST(ImageReader, RefusesAnotherPartAndFailures) {
  ScriptedTransport transport;
  transport.on("GET", kLayer.as_blob(), part("012", "bytes 0-2/10"));
  EXPECT_EQ(problem_of(reader_of(transport).blob_part(kLayer.digest(), 3, 3)),
            "GET " + kLayer.as_blob() + ": another part came than was asked for");
  ScriptedTransport broken;
  broken.on("GET", kLayer.as_blob(), make_response(500));
  EXPECT_NE(problem_of(reader_of(broken).blob_part(kLayer.digest(), 3, 3)), "");
}

// Layers are stored elsewhere: that place is told the range, and no credential.
TEST(ImageReader, FollowsTheLayerToItsStoreWithoutCredentials) {
  ScriptedTransport transport;
  transport.on("GET", kLayer.as_blob(),
               make_response(307, {{"Location", "https://store.io/layer?signed=1"}}));
  transport.on("GET", "https://store.io/layer?signed=1", part("345", "bytes 3-5/10"));
  const auto bytes = reader_of(transport, password()).blob_part(kLayer.digest(), 3, 3);
  EXPECT_EQ(problem_of(bytes), "");
  EXPECT_EQ(transport.requests().back().headers,
            (HttpHeaders{{"Range", "bytes=3-5"}, {"Accept-Encoding", "identity"}}));
}

}  // namespace
}  // namespace freshet
