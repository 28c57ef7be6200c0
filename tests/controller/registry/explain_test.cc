// Exchanges with a registry in words: what each answer means, and what must not be shown.
#include "controller/registry/explain.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace freshet {
namespace {

constexpr TimePoint kAskedAt{hours(500'000)};
const std::string kNamed = "sha256:" + std::string(64, 'a');
const std::string kSentSecret = "canary-7f3a";

HttpRequest asked(const std::string& method, const std::string& url, HttpHeaders headers = {}) {
  HttpRequest request;
  request.method = method;
  request.url = url;
  request.headers = std::move(headers);
  return request;
}

HttpRequest head() { return asked("HEAD", "https://ghcr.io/v2/acme/app/manifests/1.4"); }

ExplainedExchange explain_answer(const HttpRequest& request, int status, HttpHeaders headers) {
  return explain(request, HttpResponse{status, std::move(headers), ""}, milliseconds(38), kAskedAt);
}

struct MeaningRow {
  std::string sentence;
  HttpRequest request;
  int status;
  HttpHeaders headers;
  std::string meaning;
};

TEST(Explanation, SaysWhatAnAnswerMeans) {
  const std::vector<MeaningRow> rows = {
      {"a digest", head(), 200, {{"Docker-Content-Digest", kNamed}}, "names " + kNamed},
      {"HEAD without a digest", head(), 200, {}, "names no digest: asked again with GET"},
      {"two digests",
       head(),
       200,
       {{"Docker-Content-Digest", kNamed},
        {"Docker-Content-Digest", "sha256:" + std::string(64, 'b')}},
       "two different Docker-Content-Digest headers"},
      {"a blob", asked("GET", "https://ghcr.io/v2/acme/app/blobs/" + kNamed), 200, {}, "an answer"},
      {"not modified", head(), 304, {}, "not changed since the ETag that was sent"},
      {"a Bearer challenge",
       head(),
       401,
       {{"WWW-Authenticate",
         "Bearer "
         "realm=\"https://ghcr.io/token\",service=\"ghcr.io\",scope=\"repository:acme/app:pull\""}},
       "asks for a Bearer token of https://ghcr.io/token (service ghcr.io, scope "
       "repository:acme/app:pull)"},
      {"a Basic challenge",
       head(),
       401,
       {{"WWW-Authenticate", "Basic realm=\"x\""}},
       "asks for a password (Basic)"},
      {"a challenge of another kind",
       head(),
       401,
       {{"WWW-Authenticate", "Negotiate"}},
       "asks for credentials in no way that can be answered (Bearer or Basic)"},
      {"a token",
       asked("GET", "https://ghcr.io/token?scope=repository:acme/app:pull"),
       200,
       {},
       "a token"},
      {"a redirect",
       head(),
       307,
       {{"Location", "https://cdn.test/x?Signature=" + kSentSecret}},
       "leads to cdn.test:443"},
      {"a redirect by path",
       head(),
       301,
       {{"Location", "/v2/other"}},
       "leads to another place of this host"},
      {"not found", head(), 404, {}, "not there, or hidden"},
      {"refused", head(), 403, {}, "refused"},
      {"too many", head(), 429, {{"Retry-After", "30"}}, "too many requests; asks to wait 30s"},
      {"down", head(), 503, {}, "cannot answer now"},
      {"a budget",
       head(),
       200,
       {{"Docker-Content-Digest", kNamed},
        {"RateLimit-Limit", "100;w=21600"},
        {"RateLimit-Remaining", "76;w=21600"}},
       "names " + kNamed + "; 76 of 100 requests left for 6h"},
  };
  for (const MeaningRow& row : rows) {
    EXPECT_EQ(explain_answer(row.request, row.status, row.headers).meaning, row.meaning)
        << row.sentence;
  }
  const auto none =
      explain(head(), make_error(ErrorKind::kTimeout, "no answer in 8s"), seconds(8), kAskedAt);
  EXPECT_EQ(none.status, 0);
  EXPECT_EQ(none.meaning, "no answer: no answer in 8s");
}

TEST(Explanation, ShowsTheHeadersThatMatteredAndNoOthers) {
  const auto told = explain_answer(head(), 200,
                                   {{"date", "Mon, 23 Nov 2026 02:00:00 GMT"},
                                    {"etag", "\"e\""},
                                    {"RateLimit-Remaining", "76;w=21600"},
                                    {"Docker-Distribution-Api-Version", "registry/2.0"},
                                    {"Set-Cookie", "a=b"}});
  const HttpHeaders shown = {{"ETag", "\"e\""}, {"RateLimit-Remaining", "76;w=21600"}};
  EXPECT_EQ(told.headers, shown);
  const std::string text = explained_text({told});
  EXPECT_NE(text.find("     ETag: \"e\"\n     RateLimit-Remaining: 76;w=21600\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("Cookie"), std::string::npos) << text;
}

TEST(Explanation, HoldsNoSecret) {
  const HttpRequest presigned =
      asked("GET", "https://cdn.test/blob?X-Amz-Signature=" + kSentSecret + "&scope=a");
  HttpRequest with_token = head();
  with_token.headers = {{"Authorization", "Bearer " + kSentSecret}, {"If-None-Match", "\"x\""}};
  with_token.identity = "config.json ghcr.io";
  const HttpHeaders echo = {
      {"ETag", kSentSecret},
      {"Docker-Content-Digest", kSentSecret},
      {"WWW-Authenticate", "Bearer realm=\"https://r.test/" + kSentSecret + "\""}};
  std::vector<ExplainedExchange> all = {
      explain_answer(presigned, 200, {}),
      explain_answer(presigned, 302, {{"Location", "https://b.test/?sig=" + kSentSecret}}),
      explain_answer(with_token, 200, echo), explain_answer(with_token, 401, echo),
      explain(with_token, make_error(ErrorKind::kTransient, "sent " + kSentSecret), {}, kAskedAt)};
  EXPECT_EQ(explained_text(all).find(kSentSecret), std::string::npos) << explained_text(all);
  EXPECT_EQ(to_json(all).dump().find(kSentSecret), std::string::npos);
  EXPECT_EQ(all[0].request, "GET https://cdn.test/blob?X-Amz-Signature=…&scope=a");
  EXPECT_EQ(
      explained_text({all[2]}).substr(0, 103),
      "1. HEAD https://ghcr.io/v2/acme/app/manifests/1.4 with Bearer as config.json ghcr.io if "
      "changed → 200");
}

}  // namespace
}  // namespace freshet
