// Confirmation by digest, and when the image was made.
#include "controller/registry/confirm.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/controller/registry/fixture.h"

namespace freshet {
namespace {

using namespace fixture;
using Kind = RegistryFailureKind;

const Document kConfirmedConfig = config();
const Document kConfirmed = manifest_of(kConfirmedConfig);
const Document kIndex = index_of(kConfirmed);
const Platform kAmd64{"linux", "amd64", ""};
const Platform kArm64{"linux", "arm64", ""};
const Platform kArm64v8{"linux", "arm64", "v8"};

ConfirmOutcome confirm(ScriptedTransport& transport, const Digest& digest, TimePoint now = kNow,
                       ConfirmDepth depth = ConfirmDepth::kAll) {
  RegistryMemory memory;
  DigestConfirmation confirmation(access_to_app(now), digest, Kind::kInconsistent, depth);
  for (;;) {
    auto next = confirmation.next_request(memory, now);
    if (auto* outcome = std::get_if<ConfirmOutcome>(&next)) return *outcome;
    confirmation.fold(transport.send(std::get<HttpRequest>(next)), memory, now);
  }
}

std::string annotation(const std::string& date) {
  return R"({"org.opencontainers.image.created":")" + date + "\"}";
}

HttpResponse blob(const Document& document) { return make_response(200, {}, document.body); }

TEST(Confirmation, ReadsASingleImageAndItsConfiguration) {
  ScriptedTransport transport;
  serve(transport, kConfirmed, kConfirmedConfig);
  EXPECT_EQ(
      confirm(transport, kConfirmed.digest()),
      ConfirmOutcome(Confirmed{
          kConfirmed.digest(), kConfirmed.type, {kArm64}, *parse_rfc3339(kCreated), false, 0}));
  EXPECT_EQ(transport.lines(), (std::vector<std::string>{"GET " + kConfirmed.by_digest(),
                                                         "GET " + kConfirmedConfig.as_blob()}));
  EXPECT_EQ(transport.requests()[1].max_body_bytes, kMaxConfigBytes);
}

TEST(Confirmation, KnowsWhenTheImageWasPushedWhereTheRegistryTellsAPlausibleTime) {
  const auto pushed = [](const std::string& header) {
    ScriptedTransport transport;
    HttpResponse reply = kConfirmed.get();
    if (!header.empty()) reply.headers.push_back({"Last-Modified", header});
    transport.on("GET", kConfirmed.by_digest(), reply);
    serve(transport, kConfirmed, kConfirmedConfig);
    return std::get<Confirmed>(confirm(transport, kConfirmed.digest())).pushed;
  };
  EXPECT_EQ(pushed(format_http_date(kNow - hours(3))), kNow - hours(3));
  EXPECT_EQ(pushed(""), std::nullopt);
  EXPECT_EQ(pushed("Thu, 01 Jan 1970 00:00:00 GMT"), std::nullopt);
  EXPECT_EQ(pushed(format_http_date(kNow + hours(3))), std::nullopt);
  EXPECT_EQ(pushed("yesterday"), std::nullopt);
}

TEST(Confirmation, AsksForManifestsByTypeAndForNothingCompressed) {
  ScriptedTransport transport;
  transport.on("GET", kIndex.by_digest(), kIndex.get());
  transport.on("GET", kConfirmed.by_digest(), kConfirmed.get());
  transport.on("GET", kConfirmedConfig.as_blob(), blob(kConfirmedConfig));
  confirm(transport, kIndex.digest());
  ASSERT_EQ(transport.requests().size(), 3u);
  const HttpHeader plain = {"Accept-Encoding", "identity"};
  for (const std::size_t manifest : {0u, 1u}) {
    EXPECT_EQ(transport.requests()[manifest].headers,
              (HttpHeaders{{"Accept", accept_manifests()}, plain}));
    EXPECT_EQ(transport.requests()[manifest].max_body_bytes, kMaxManifestBytes);
  }
  EXPECT_EQ(transport.requests()[2].headers, HttpHeaders{plain});
}

TEST(Confirmation, TakesTheDateOfAnIndexesImageBeforeThatOfItsConfiguration) {
  ScriptedTransport transport;
  const auto child = manifest_of(kConfirmedConfig, annotation("2026-11-20T00:00:00Z"));
  const auto index = index_of(child);
  transport.on("GET", index.by_digest(), index.get());
  serve(transport, child, kConfirmedConfig);
  EXPECT_EQ(std::get<Confirmed>(confirm(transport, index.digest())).created,
            *parse_rfc3339("2026-11-20T00:00:00Z"));
}

TEST(Confirmation, PrefersTheAnnotationsDate) {
  ScriptedTransport transport;
  const auto image = manifest_of(kConfirmedConfig, annotation("2026-11-20T00:00:00Z"));
  serve(transport, image, kConfirmedConfig);
  EXPECT_EQ(std::get<Confirmed>(confirm(transport, image.digest())).created,
            *parse_rfc3339("2026-11-20T00:00:00Z"));
}

TEST(Confirmation, LooksIntoAnIndexForWhatItDoesNotTell) {
  ScriptedTransport transport;
  transport.on("GET", kIndex.by_digest(), kIndex.get());
  transport.on("GET", kConfirmed.by_digest(), kConfirmed.get());
  transport.on("GET", kConfirmedConfig.as_blob(), blob(kConfirmedConfig));
  const Confirmed want{kIndex.digest(),          kIndex.type, {kAmd64, kArm64v8},
                       *parse_rfc3339(kCreated), false,       0};
  EXPECT_EQ(confirm(transport, kIndex.digest()), ConfirmOutcome(want));
  EXPECT_EQ(transport.requests().size(), 3u);

  const auto dated = index_of(kConfirmed, annotation("2026-11-20T00:00:00Z"));
  transport.on("GET", dated.by_digest(), dated.get());
  const auto image = std::get<Confirmed>(confirm(transport, dated.digest()));
  EXPECT_EQ(image.created, *parse_rfc3339("2026-11-20T00:00:00Z"));
  EXPECT_EQ(image.layer_bytes, 0);

  transport.forget_requests();
  confirm(transport, dated.digest(), kNow, ConfirmDepth::kDate);
  EXPECT_EQ(transport.requests().size(), 1u);
}

Document config_with_layer(const std::string& layer, const std::string& platform) {
  return {"application/octet-stream", R"({"created":")" + std::string(kCreated) +
                                          R"(","os":"linux","architecture":")" + platform +
                                          R"(","rootfs":{"diff_ids":[")" + layer + R"("]}})"};
}

struct TwoPlatforms {
  Document amd64;
  Document arm64;
  Document amd64_image = manifest_of(amd64);
  Document arm64_image = manifest_of(arm64);
  Document index;
  TwoPlatforms(const std::string& one, const std::string& other, const std::string& date)
      : amd64(config_with_layer(one, "amd64")),
        arm64(config_with_layer(other, "arm64")),
        index(index_of(amd64_image, annotation(date))) {
    const std::string placeholder = "sha256:" + std::string(64, '1');
    index.body.replace(index.body.find(placeholder), placeholder.size(),
                       arm64_image.digest().get());
  }
};

std::string content_told(const TwoPlatforms& image, bool all_there = true) {
  ScriptedTransport transport;
  transport.on("GET", image.index.by_digest(), image.index.get());
  transport.on("GET", image.amd64_image.by_digest(), image.amd64_image.get());
  transport.on("GET", image.amd64.as_blob(), blob(image.amd64));
  if (all_there) {
    transport.on("GET", image.arm64_image.by_digest(), image.arm64_image.get());
    transport.on("GET", image.arm64.as_blob(), blob(image.arm64));
  }
  return std::get<Confirmed>(confirm(transport, image.index.digest())).content;
}

TEST(Confirmation, TheContentOfAnIndexIsThatOfAllItsImages) {
  const std::string monday = "2026-11-23T00:00:00Z";
  const std::string told = content_told({"sha256:a", "sha256:b", monday});
  EXPECT_EQ(told.size(), 64u);
  EXPECT_EQ(content_told({"sha256:a", "sha256:b", "2026-11-24T00:00:00Z"}), told);
  EXPECT_NE(content_told({"sha256:a", "sha256:c", monday}), told);
  EXPECT_EQ(content_told({"sha256:a", "sha256:b", monday}, false), "")
      << "the image is confirmed all the same";
}

std::string notes(const std::string& revision, const std::string& created = "") {
  return R"({"org.opencontainers.image.revision":")" + revision +
         (created.empty() ? "" : R"(","org.opencontainers.image.created":")" + created) + "\"}";
}

TEST(Confirmation, ReadsTheRevisionWhereItStands) {
  struct Row {
    const char* sentence;
    std::string index, manifest, labels, revision, created;
  };
  const std::string later = "2026-11-22T23:45:00Z";
  const std::string base = "2026-10-01T00:00:00Z";
  const std::vector<Row> rows = {
      {"the index's annotation comes first", notes("index"), notes("child"), notes("label"),
       "index", kCreated},
      {"then the manifest's", "{}", notes("child"), notes("label"), "child", kCreated},
      {"then the label, and the later of two dates", "{}", "{}", notes("label", later), "label",
       later},
      {"a label that is dated before the image is of its base image", "{}", "{}",
       notes("base", base), "", kCreated},
      {"none anywhere", "{}", "{}", "null", "", kCreated},
  };
  for (const Row& row : rows) {
    ScriptedTransport transport;
    const Document labelled{
        "", R"({"created":")" + kCreated + R"(","config":{"Labels":)" + row.labels + "}}"};
    const auto child = manifest_of(labelled, row.manifest);
    const auto index = index_of(child, row.index);
    transport.on("GET", index.by_digest(), index.get());
    transport.on("GET", child.by_digest(), child.get());
    transport.on("GET", labelled.as_blob(), blob(labelled));
    const auto image = std::get<Confirmed>(confirm(transport, index.digest()));
    EXPECT_EQ(image.origin.revision, row.revision) << row.sentence;
    EXPECT_EQ(image.created, *parse_rfc3339(row.created)) << row.sentence;
  }
}

TEST(Confirmation, DoesWithoutADateWhereNoneCanBeRead) {
  const std::vector<std::pair<std::string, Result<HttpResponse>>> rows = {
      {"no such blob", make_response(404)},
      {"another blob", make_response(200, {}, "{}")},
      {"a date of a reproducible build", blob(config("1970-01-01T00:00:00Z"))},
      {"a date in the future", blob(config("2027-01-01T00:00:00Z"))},
  };
  for (const auto& [name, reply] : rows) {
    ScriptedTransport transport;
    const Document document{"", reply->body};
    const auto image = manifest_of(name == "another blob" ? kConfirmedConfig : document);
    transport.on("GET", image.by_digest(), image.get());
    transport.on("GET", name == "another blob" ? kConfirmedConfig.as_blob() : document.as_blob(),
                 reply);
    const auto outcome = confirm(transport, image.digest());
    ASSERT_TRUE(std::holds_alternative<Confirmed>(outcome)) << name;
    EXPECT_EQ(std::get<Confirmed>(outcome).created, std::nullopt) << name;
    EXPECT_FALSE(std::get<Confirmed>(outcome).may_tell_later) << name;
  }
}

TEST(Confirmation, SaysWhereADateMayBeReadLater) {
  for (const Result<HttpResponse>& reply :
       {Result<HttpResponse>(make_response(503)), Result<HttpResponse>(make_response(429)),
        Result<HttpResponse>(refused_connection())}) {
    ScriptedTransport transport;
    transport.on("GET", kConfirmed.by_digest(), kConfirmed.get());
    transport.on("GET", kConfirmedConfig.as_blob(), reply);
    EXPECT_EQ(confirm(transport, kConfirmed.digest()),
              ConfirmOutcome(Confirmed{kConfirmed.digest(), kConfirmed.type, {}, {}, true, 0}));
  }
}

TEST(Confirmation, FailsWithAKind) {
  const std::vector<std::tuple<std::string, Result<HttpResponse>, Kind>> rows = {
      {"404: a stale mirror", make_response(404), Kind::kInconsistent},
      {"other bytes", make_response(200, kConfirmed.headers(), kIndex.body), Kind::kInconsistent},
      {"truncated bytes", make_response(200, kConfirmed.headers(), kConfirmed.body.substr(9)),
       Kind::kInconsistent},
      {"another digest in the header", make_response(200, kIndex.headers(), kConfirmed.body),
       Kind::kInconsistent},
      {"503", make_response(503), Kind::kUnreachable},
      {"429", make_response(429), Kind::kRateLimited},
      {"403", make_response(403), Kind::kAuthentication},
      {"reset", refused_connection(), Kind::kUnreachable},
      {"a type that the body contradicts",
       make_response(200, {{"Content-Type", std::string(kDockerManifest)}}, kConfirmed.body),
       Kind::kNotAnImage},
  };
  for (const auto& [name, reply, kind] : rows) {
    ScriptedTransport transport;
    transport.on("GET", kConfirmed.by_digest(), reply);
    const auto outcome = confirm(transport, kConfirmed.digest());
    ASSERT_TRUE(std::holds_alternative<RegistryFailure>(outcome)) << name;
    EXPECT_EQ(std::get<RegistryFailure>(outcome).kind, kind) << name;
    EXPECT_EQ(std::get<RegistryFailure>(outcome).step, "confirm") << name;
  }
}

TEST(Confirmation, AnIndexWhoseImageIsMissingIsAPushUnderWay) {
  ScriptedTransport transport;
  transport.on("GET", kIndex.by_digest(), kIndex.get());
  transport.on("GET", kConfirmed.by_digest(), make_response(404));
  const auto outcome = confirm(transport, kIndex.digest());
  EXPECT_EQ(std::get<RegistryFailure>(outcome).kind, Kind::kInconsistent);
}

}  // namespace
}  // namespace freshet
