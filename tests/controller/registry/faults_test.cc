// Faults of HEADs and of documents. Each row is one of the registry page of the design: "2 Accept",
// "3.12"; those about lists are in tag_list_test.cc.
#include "tests/controller/registry/faults.h"

namespace freshet {
namespace {

using namespace faults;

std::vector<FaultRow> rows_of_heads() {
  return {
      {"2 HEAD", "nothing is broken", none(), "confirmed", true, kByHead},
      {"2 HEAD", "no digest in the answer to HEAD",
       where(is_head, [](HttpResponse r) { return with_header(r, "Docker-Content-Digest", ""); }),
       "confirmed", true, by_get(200)},
      {"2 HEAD", "no digest in any answer",
       [](const HttpRequest&, HttpResponse r) {
         return with_header(r, "Docker-Content-Digest", "");
       },
       "confirmed", true, by_get(200)},
      {"2 GET fallback", "HEAD is not allowed", head_answers(405), "confirmed", true, by_get(405)},
      {"2 GET fallback", "HEAD is a bad request", head_answers(400), "confirmed", true,
       by_get(400)},
      {"2 GET fallback", "HEAD is forbidden", head_answers(403), "confirmed", true, by_get(403)},
      {"2 GET fallback", "HEAD breaks the server", head_answers(500), "confirmed", true,
       by_get(500)},
      {"2 GET fallback",
       "a server that asks to wait is left alone",
       head_answers(503, {{"Retry-After", "60"}}),
       "unreachable",
       false,
       {"HEAD r.io 503"}},
      {"2 GET fallback",
       "nor is a 404 asked again",
       head_answers(404),
       "notFound",
       false,
       {"HEAD r.io 404"}},
      {"2 GET fallback", "nor a 429", head_answers(429), "rateLimited", false, {"HEAD r.io 429"}},
      {"2 GET fallback", "a cache's 304 that names another digest is asked without the condition",
       where(is_head,
             [](HttpResponse r) {
               r.status = 304;
               return r;
             }),
       "confirmed", true, by_get(304)},
      {"3.28",
       "a stale mirror's 304 is no news",
       head_answers(304),
       "same",
       false,
       {"HEAD r.io 304"}},
      {"2 ETag", "a registry that knows no conditions",
       [](const HttpRequest&, HttpResponse r) { return with_header(r, "ETag", ""); }, "confirmed",
       true, kByHead},
  };
}

std::vector<FaultRow> rows_of_documents() {
  return {
      {"3.12, 3.27",
       "the tag's digest cannot be read by digest",
       where(asks_by_digest,
             [](HttpResponse) {
               return HttpResponse{404, {}, ""};
             }),
       "inconsistent",
       false,
       {"HEAD r.io 200", "GET r.io 404"}},
      {"2 Verify", "by digest comes something else",
       where(asks_by_digest,
             [](HttpResponse r) {
               r.body += " ";
               return r;
             }),
       "inconsistent"},
      {"2 Verify", "a body that ends too early",
       where(asks_by_digest,
             [](HttpResponse r) {
               r.body.resize(r.body.size() / 2);
               return r;
             }),
       "inconsistent"},
      {"2 Verify", "two digests in one answer",
       where(is_head,
             [](HttpResponse r) {
               r.headers.push_back({"Docker-Content-Digest", "sha256:" + std::string(64, 'b')});
               return r;
             }),
       "inconsistent"},
      {"0 digests", "a digest that is none",
       where(is_head,
             [](HttpResponse r) { return with_header(r, "Docker-Content-Digest", "sha256:12"); }),
       "inconsistent"},
      {"2 Content-Type", "parameters behind the type are nothing",
       [](const HttpRequest& q, HttpResponse r) {
         const auto type = find_header(r.headers, "Content-Type").value_or("");
         return asks_manifest(q) ? with_header(r, "Content-Type", type + "; charset=utf-8") : r;
       },
       "confirmed", true, kByHead},
      {"2 Content-Type", "another type than the document says",
       where(asks_by_digest,
             [](HttpResponse r) { return with_header(r, "Content-Type", std::string(kOciIndex)); }),
       "notAnImage"},
      {"2 Accept", "an answer of schema 1",
       where(asks_manifest,
             [](HttpResponse r) {
               r.body = R"({"schemaVersion":1,"fsLayers":[]})";
               return with_header(r, "Content-Type",
                                  "application/vnd.docker.distribution.manifest.v1+prettyjws");
             }),
       "notAnImage"},
      {"0 bounds", "a page of a proxy that asks people to log in",
       always(HttpResponse{200, {{"Content-Type", "text/html"}}, "<html>"}), "notAnImage"},
  };
}

TEST(RegistryFaults, OfHeads) {
  for (const FaultRow& row : rows_of_heads()) expect_row(row);
}
TEST(RegistryFaults, OfDocuments) {
  for (const FaultRow& row : rows_of_documents()) expect_row(row);
}

}  // namespace
}  // namespace freshet
