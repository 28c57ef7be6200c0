// One check of a tag against every answer a registry has been seen to give.
#include "controller/registry/check.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/controller/registry/fixture.h"

namespace freshet {
namespace {

using namespace fixture;
using Kind = RegistryFailureKind;

const Document kImage = manifest_of(config());
const std::vector<std::string> kHeadOnly = {"HEAD " + kTagUrl};
const std::vector<std::string> kHeadThenGet = {"HEAD " + kTagUrl, "GET " + kTagUrl};

HttpHeaders without(HttpHeaders headers, const std::string& name) {
  std::erase_if(headers, [&](const HttpHeader& header) { return header.name == name; });
  return headers;
}

HttpHeaders with(HttpHeaders headers, const std::string& name, const std::string& value) {
  headers.push_back({name, value});
  return headers;
}

Found found() { return {kImage.digest(), kImage.type, "\"" + kImage.digest().get() + "\""}; }

TEST(TagCheck, IsOneHeadWithAllMediaTypes) {
  ScriptedTransport transport;
  serve(transport, kImage, config());
  EXPECT_EQ(check(transport), CheckOutcome(found()));
  HttpRequest want;
  want.method = "HEAD";
  want.url = kTagUrl;
  want.headers = {{"Accept", accept_manifests()}, {"Accept-Encoding", "identity"}};
  want.timeout = seconds(8);
  want.max_body_bytes = kMaxErrorAnswerBytes;
  EXPECT_EQ(transport.requests(), std::vector{want});
  EXPECT_EQ(accept_manifests(),
            "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
            "application/vnd.docker.distribution.manifest.list.v2+json, "
            "application/vnd.docker.distribution.manifest.v2+json");
}

TEST(TagCheck, IsConditionalOnceSomethingIsKnown) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, make_response(304));
  EXPECT_EQ(check(transport, {}, {"\"etag\"", kImage.digest()}), CheckOutcome(Unchanged{}));
  EXPECT_EQ(find_header(transport.requests()[0].headers, "If-None-Match"), "\"etag\"");
  EXPECT_EQ(transport.lines(), kHeadOnly);
}

TEST(TagCheck, AsksDockerHubAtItsApi) {
  ScriptedTransport transport;
  const std::string url = "https://registry-1.docker.io/v2/library/nginx/manifests/1";
  transport.on("HEAD", url, kImage.head());
  EXPECT_EQ(check(transport, {}, {}, {}, *parse_image_reference("nginx:1")), CheckOutcome(found()));
}

struct HeadRow {
  std::string name;
  Result<HttpResponse> head;
};

TEST(TagCheck, FallsBackToGetWhereHeadCannotTell) {
  const std::vector<HeadRow> rows = {
      {"no digest header", make_response(200, without(kImage.headers(), "Docker-Content-Digest"))},
      {"an empty digest header",
       make_response(200, {{"Docker-Content-Digest", ""}, {"Content-Type", kImage.type}})},
      {"no content type", make_response(200, without(kImage.headers(), "Content-Type"))},
      {"an odd content type", make_response(200, {{"Docker-Content-Digest", kImage.digest().get()},
                                                  {"Content-Type", "text/html"}})},
      {"400", make_response(400)},
      {"403, as of a presigned URL", make_response(403)},
      {"405", make_response(405)},
      {"500", make_response(500)},
      {"503 without Retry-After", make_response(503)},
      {"304 that was not asked for", make_response(304)},
  };
  for (const auto& row : rows) {
    ScriptedTransport transport;
    transport.on("HEAD", kTagUrl, row.head);
    transport.on("GET", kTagUrl, kImage.get());
    EXPECT_EQ(check(transport), CheckOutcome(found())) << row.name;
    EXPECT_EQ(transport.lines(), kHeadThenGet) << row.name;
    EXPECT_EQ(transport.requests()[1].max_body_bytes, kMaxManifestBytes);
  }
}

TEST(TagCheck, DropsTheConditionWhenNotModifiedContradictsItself) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl,
               make_response(304, {{"Docker-Content-Digest", "sha256:" + std::string(64, '9')}}));
  transport.on("GET", kTagUrl, kImage.get());
  EXPECT_EQ(check(transport, {}, {"\"e\"", config().digest()}), CheckOutcome(found()));
  EXPECT_EQ(find_header(transport.requests()[1].headers, "If-None-Match"), std::nullopt);
}

struct FailureRow {
  std::string name;
  Result<HttpResponse> head;
  Kind kind;
  std::string says;
  std::optional<Duration> retry_after;
};

TEST(TagCheck, FailsAtTheHeadWithAKind) {
  const auto digest = [](const std::string& value) {
    return with(kImage.headers(), "Docker-Content-Digest", value);
  };
  const std::vector<FailureRow> rows = {
      {"refused", refused_connection(), Kind::kUnreachable, "connection refused", {}},
      {"no answer in time",
       make_error(ErrorKind::kTimeout, "r.io:443: timed out"),
       Kind::kUnreachable,
       "timed out",
       {}},
      {"an address that is not allowed",
       make_error(ErrorKind::kRefused, "10.0.0.1 is private"),
       Kind::kRefused,
       "private",
       {}},
      {"401 without a challenge", make_response(401), Kind::kAuthentication, "HTTP 401", {}},
      {"429", make_response(429, {{"Retry-After", "30"}}), Kind::kRateLimited, "HTTP 429",
       seconds(30)},
      {"429 with a Unix time as seconds", make_response(429, {{"Retry-After", "1795399200"}}),
       Kind::kRateLimited, "HTTP 429", kMaxRetryAfter},
      {"503 that asks to wait", make_response(503, {{"Retry-After", "5"}}), Kind::kUnreachable,
       "HTTP 503", seconds(5)},
      {"418", make_response(418), Kind::kRefused, "HTTP 418", {}},
      {"two different digests",
       make_response(200, digest("sha256:" + std::string(64, '9'))),
       Kind::kInconsistent,
       "two different",
       {}},
      {"control characters in the digest",
       make_response(200, {{"Docker-Content-Digest", "\x1b[2J"}}),
       Kind::kInconsistent,
       "malformed",
       {}},
      {"a digest of the wrong length",
       make_response(200, {{"Docker-Content-Digest", "sha256:ab"}}),
       Kind::kInconsistent,
       "malformed",
       {}},
  };
  for (const auto& row : rows) {
    ScriptedTransport transport;
    transport.on("HEAD", kTagUrl, row.head);
    const auto failure = failure_of(check(transport));
    EXPECT_EQ(failure.kind, row.kind) << row.name << ": " << failure.message;
    EXPECT_EQ(failure.step, "head") << row.name;
    EXPECT_EQ(failure.retry_after, row.retry_after) << row.name;
    EXPECT_NE(failure.message.find(row.says), std::string::npos) << failure.message;
    EXPECT_FALSE(has_control_characters(failure.message)) << row.name;
    EXPECT_EQ(transport.lines(), kHeadOnly) << row.name;
  }
}

TEST(TagCheck, TakesTheSameDigestTwiceForOne) {
  ScriptedTransport transport;
  transport.on(
      "HEAD", kTagUrl,
      make_response(200, with(kImage.headers(), "docker-content-digest", kImage.digest().get())));
  EXPECT_EQ(check(transport), CheckOutcome(found()));
}

TEST(TagCheck, SaysNotFoundWithoutAskingAgain) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl,
               make_response(404, {}, R"({"errors":[{"code":"MANIFEST_UNKNOWN"}]})"));
  EXPECT_EQ(
      check(transport),
      CheckOutcome(NotFound{"HEAD r.io:443/v2/acme/app/manifests/1: HTTP 404 (MANIFEST_UNKNOWN)"}));
  EXPECT_EQ(transport.lines(), kHeadOnly);
}

TEST(TagCheck, FailsAtTheGetWithAKind) {
  const std::vector<FailureRow> rows = {
      {"reset", refused_connection(), Kind::kUnreachable, "refused", {}},
      {"oversize",
       make_error(ErrorKind::kRefused, "the body is larger than 4194304 bytes"),
       Kind::kRefused,
       "larger",
       {}},
      {"truncated JSON",
       make_response(200, {{"Content-Type", kImage.type}}, R"({"schemaVersion")"),
       Kind::kNotAnImage,
       "not JSON",
       {}},
      {"not JSON",
       make_response(200, {{"Content-Type", kImage.type}}, "<html>"),
       Kind::kNotAnImage,
       "not JSON",
       {}},
      {"wrong shape",
       make_response(200, {{"Content-Type", kImage.type}}, R"({"schemaVersion":2})"),
       Kind::kNotAnImage,
       "without config",
       {}},
      {"a portal's page",
       make_response(200, {{"Content-Type", "text/html"}}, "{}"),
       Kind::kNotAnImage,
       "schemaVersion",
       {}},
      {"403",
       make_response(403, {}, R"({"errors":[{"code":"DENIED","message":"secret"}]})"),
       Kind::kAuthentication,
       "HTTP 403 (DENIED)",
       {}},
      {"429", make_response(429), Kind::kRateLimited, "HTTP 429", {}},
      {"500", make_response(500), Kind::kUnreachable, "HTTP 500", {}},
      {"304 that was not asked for, again", make_response(304), Kind::kInconsistent, "304", {}},
      {"conflicting headers",
       make_response(
           200, with(kImage.headers(), "Docker-Content-Digest", "sha256:" + std::string(64, '9')),
           kImage.body),
       Kind::kInconsistent,
       "two different",
       {}},
  };
  for (const auto& row : rows) {
    ScriptedTransport transport;
    transport.on("HEAD", kTagUrl, make_response(405));
    transport.on("GET", kTagUrl, row.head);
    const auto failure = failure_of(check(transport));
    EXPECT_EQ(failure.kind, row.kind) << row.name << ": " << failure.message;
    EXPECT_EQ(failure.step, "get") << row.name;
    EXPECT_NE(failure.message.find(row.says), std::string::npos) << failure.message;
  }
}

TEST(TagCheck, BelievesTheBytesOfAGetMoreThanItsHeader) {
  ScriptedTransport transport;
  transport.on("HEAD", kTagUrl, make_response(405));
  transport.on("GET", kTagUrl,
               make_response(200,
                             {{"Content-Type", kImage.type},
                              {"Docker-Content-Digest", "sha256:" + std::string(64, '9')}},
                             kImage.body));
  EXPECT_EQ(check(transport), CheckOutcome(Found{kImage.digest(), kImage.type, ""}));
}

TEST(TagCheck, KeepsASha512DigestThatTheBytesHave) {
  ScriptedTransport transport;
  const auto digest = "sha512:" + sha512_hex(kImage.body);
  transport.on("HEAD", kTagUrl, make_response(405));
  transport.on(
      "GET", kTagUrl,
      make_response(200, {{"Content-Type", kImage.type}, {"Docker-Content-Digest", digest}},
                    kImage.body));
  EXPECT_EQ(check(transport), CheckOutcome(Found{*Digest::parse(digest), kImage.type, ""}));
}

TEST(TagCheck, DoesNotSendBackAnEtagThatNoHeaderMayHold) {
  for (const auto& etag : {std::string("\"a\r\nX: y\""), std::string(300, 'a')}) {
    ScriptedTransport transport;
    auto headers = with(without(kImage.headers(), "ETag"), "ETag", etag);
    transport.on("HEAD", kTagUrl, make_response(200, headers));
    EXPECT_EQ(check(transport), CheckOutcome(Found{kImage.digest(), kImage.type, ""}));
  }
}

TEST(TagCheck, TakesWhatAProxySaysItHasChangedForWhatItIs) {
  ScriptedTransport transport;
  HttpResponse head = kImage.head();
  head.status = 203;
  transport.on("HEAD", kTagUrl, head);
  EXPECT_TRUE(std::holds_alternative<Found>(check(transport)));
}

}  // namespace
}  // namespace freshet
