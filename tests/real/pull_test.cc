// What a registry does for those who pull, as far as the poller relies on it: one table, held
// against Debian's docker-registry and against the sandbox's, so that the double cannot drift.
// Source: OCI distribution specification 1.1, "Pull" and "Content Discovery"; where it leaves a
// choice, docker-registry 2.8.2.
#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "controller/net/local_transport.h"
#include "controller/registry/manifest.h"
#include "controller/sandbox/registry.h"
#include "tests/real/real_registry.h"

namespace freshet {
namespace {

const std::string kImageMadeAt = "2026-11-22T23:30:00Z";
const std::string kAbsent = "sha256:" + std::string(64, 'a');

struct PullRow {
  std::string sentence;
  std::string method;
  std::string target;  // {image}, {config}: digests of acme/app:1
  HttpHeaders headers;
  int status;
  std::string code;    // in the body's first error; "": there is none
  HttpHeaders answer;  // "": the header is absent
};

const HttpHeader kAcceptOci = {"Accept", std::string(kOciManifest)};
const HttpHeaders kNoDigest = {{"Docker-Content-Digest", ""}, {"ETag", ""}};

std::vector<PullRow> rows_of_manifests() {
  const HttpHeaders of_image = {{"Docker-Content-Digest", "{image}"},
                                {"ETag", "\"{image}\""},
                                {"Content-Type", std::string(kOciManifest)}};
  const std::string by_tag = "/v2/acme/app/manifests/1";
  const std::string by_digest = "/v2/acme/app/manifests/{image}";
  const auto if_not = [](const std::string& etag) {
    return HttpHeaders{kAcceptOci, {"If-None-Match", etag}};
  };
  return {
      {"the API is there", "GET", "/v2/", {}, 200, "", {}},
      {"a tag's manifest", "GET", by_tag, {kAcceptOci}, 200, "", of_image},
      {"by HEAD", "HEAD", by_tag, {kAcceptOci}, 200, "", of_image},
      {"by digest", "GET", by_digest, {kAcceptOci}, 200, "", of_image},
      {"by digest and HEAD", "HEAD", by_digest, {kAcceptOci}, 200, "", of_image},
      {"whose type was not accepted", "GET", by_tag, {}, 404, "MANIFEST_UNKNOWN", kNoDigest},
      {"nor by HEAD", "HEAD", by_tag, {}, 404, "", kNoDigest},
      {"not changed", "HEAD", by_tag, if_not("\"{image}\""), 304, "", kNoDigest},
      {"not changed, by GET", "GET", by_tag, if_not("\"{image}\""), 304, "", kNoDigest},
      {"a weak ETag is another one", "HEAD", by_tag, if_not("W/\"{image}\""), 200, "", of_image},
      {"a list of ETags is another one", "HEAD", by_tag, if_not("\"x\", \"{image}\""), 200, "",
       of_image},
      {"an ETag of before", "HEAD", by_tag, if_not("\"" + kAbsent + "\""), 200, "", of_image},
      {"no such tag",
       "GET",
       "/v2/acme/app/manifests/2",
       {kAcceptOci},
       404,
       "MANIFEST_UNKNOWN",
       kNoDigest},
      {"nor by HEAD", "HEAD", "/v2/acme/app/manifests/2", {kAcceptOci}, 404, "", kNoDigest},
      {"no such digest",
       "GET",
       "/v2/acme/app/manifests/" + kAbsent,
       {kAcceptOci},
       404,
       "MANIFEST_UNKNOWN",
       kNoDigest},
      {"no such repository",
       "GET",
       "/v2/acme/none/manifests/1",
       {kAcceptOci},
       404,
       "MANIFEST_UNKNOWN",
       kNoDigest},
      {"no name of a repository",
       "GET",
       "/v2/acme/App/manifests/1",
       {kAcceptOci},
       404,
       "",
       kNoDigest},
  };
}

std::vector<PullRow> rows_of_others() {
  const HttpHeaders of_config = {{"Docker-Content-Digest", "{config}"}};
  const std::string blob = "/v2/acme/app/blobs/{config}";
  return {
      {"a blob", "GET", blob, {}, 200, "", of_config},
      {"a blob by HEAD", "HEAD", blob, {}, 200, "", of_config},
      {"no such blob", "GET", "/v2/acme/app/blobs/" + kAbsent, {}, 404, "BLOB_UNKNOWN", {}},
      {"no digest of a blob",
       "GET",
       "/v2/acme/app/blobs/sha256:abc",
       {},
       400,
       "DIGEST_INVALID",
       {}},
      {"a blob of no such repository",
       "GET",
       "/v2/acme/none/blobs/{config}",
       {},
       404,
       "BLOB_UNKNOWN",
       {}},
      {"tags of no such repository", "GET", "/v2/acme/none/tags/list", {}, 404, "NAME_UNKNOWN", {}},
      {"tags by HEAD", "HEAD", "/v2/acme/app/tags/list", {}, 405, "", {}},
      {"referrers, which 2.8.2 does not know",
       "GET",
       "/v2/acme/app/referrers/{image}",
       {},
       404,
       "",
       {}},
      {"nothing of the kind", "GET", "/v2/acme/app/other/1", {}, 404, "", {}},
      {"a method that is not for reading", "POST", "/v2/acme/app/manifests/1", {}, 405, "", {}},
  };
}

std::string filled_in(std::string text, const Digest& image, const Digest& config) {
  for (const auto& [name, digest] : {std::pair{"{image}", image}, std::pair{"{config}", config}}) {
    const auto at = text.find(name);
    if (at != std::string::npos) text.replace(at, std::string(name).size(), digest.get());
  }
  return text;
}

std::string first_error_code(const HttpResponse& response) {
  const auto body = parse_json(response.body, 1 << 16);
  if (!body || !body->is_object() || !body->contains("errors")) return "";
  return string_or(body->at("errors").at(0), "code");
}

// The rows against the registry at `origin`, in which acme/app:1 is `image`.
void expect_pull_rows(HttpTransport& transport, const std::string& origin, const Digest& image) {
  HttpRequest get;
  get.url = origin + "/v2/acme/app/manifests/" + image.get();
  get.headers = {kAcceptOci};
  const auto manifest = transport.send(get);
  ASSERT_TRUE(manifest.has_value()) << manifest.error().message;
  EXPECT_EQ("sha256:" + sha256_hex(manifest->body), image.get());
  const auto parsed = parse_manifest(manifest->body, kOciManifest);
  ASSERT_TRUE(parsed.has_value() && parsed->config.has_value());
  std::vector<PullRow> rows = rows_of_manifests();
  std::ranges::copy(rows_of_others(), std::back_inserter(rows));
  for (const PullRow& row : rows) {
    HttpRequest request;
    request.method = row.method;
    request.url = origin + filled_in(row.target, image, *parsed->config);
    for (const auto& [name, value] : row.headers) {
      request.headers.push_back({name, filled_in(value, image, *parsed->config)});
    }
    const auto reply = transport.send(request);
    ASSERT_TRUE(reply.has_value()) << row.sentence << ": " << reply.error().message;
    EXPECT_EQ(reply->status, row.status) << row.sentence << ": " << reply->body;
    EXPECT_EQ(first_error_code(*reply), row.code) << row.sentence << ": " << reply->body;
    EXPECT_TRUE(reply->body.empty() || (row.method != "HEAD" && row.status != 304)) << row.sentence;
    for (const auto& [name, value] : row.answer) {
      EXPECT_EQ(find_header(reply->headers, name).value_or(""),
                filled_in(value, image, *parsed->config))
          << row.sentence << ": " << name;
    }
  }
}

TEST_F(RealRegistry, GivesWhatPullsRelyOn) {
  start();
  expect_pull_rows(*curl_, "http://" + host_, push("1", kImageMadeAt));
}

TEST(SandboxRegistryDouble, GivesWhatPullsRelyOn) {
  const std::string origin = "https://registry.sandbox";
  sandbox::ImageRegistry registry;
  const Digest image = registry.push("acme/app", "1", {}, *parse_rfc3339(kImageMadeAt));
  LocalTransport transport([&](const HttpRequest& request) -> Result<HttpResponse> {
    return registry.handle(request, origin, parse_url(request.url)->target,
                           *parse_rfc3339(kImageMadeAt));
  });
  expect_pull_rows(transport, origin, image);
}

}  // namespace
}  // namespace freshet
