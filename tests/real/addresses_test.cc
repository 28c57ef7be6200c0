// Where a registry may lead us: over real sockets, to a second server that nobody opted in.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "controller/net/curl_transport.h"
#include "controller/registry/resolve.h"
#include "tests/support/loopback_server.h"

namespace freshet {
namespace {

using testing::answering;
using testing::LoopbackServer;

const std::string kLedConfig = R"({"created":"2026-11-22T23:30:00Z"})";
const std::string kLedManifest =
    R"({"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",)"
    R"("digest":"sha256:)" +
    sha256_hex(kLedConfig) + R"("},"layers":[]})";

HttpResponse led_document(const HttpRequest& request) {
  if (request.url.find("/blobs/") != std::string::npos) return {200, {}, kLedConfig};
  return {200,
          {{"Content-Type", std::string(kOciManifest)},
           {"Docker-Content-Digest", "sha256:" + sha256_hex(kLedManifest)}},
          kLedManifest};
}

// The other server: a token service, and a store to which manifests are redirected.
HttpResponse of_elsewhere(const HttpRequest& request) {
  if (request.url.starts_with("/token")) return {200, {}, R"({"token":"led"})"};
  return led_document(request);
}

using Lead = HttpResponse (*)(const HttpRequest& request, const std::string& elsewhere);

HttpResponse leads_to_token(const HttpRequest& request, const std::string& elsewhere) {
  if (find_header(request.headers, "Authorization") == "Bearer led") return led_document(request);
  return {
      401, {{"WWW-Authenticate", "Bearer realm=\"" + elsewhere + "/token\",service=\"s\""}}, ""};
}
HttpResponse leads_to_store(const HttpRequest& request, const std::string& elsewhere) {
  if (request.method != "HEAD") return led_document(request);
  return {307, {{"Location", elsewhere + "/m"}}, ""};
}

struct LeadRow {
  const char* sentence;
  Lead lead;
  bool plain_http;       // is opted in for the other server
  bool private_address;  // likewise
  std::string step;      // that is refused; "" where it goes through
};

TEST(RealAddresses, ARegistryLeadsNowhereThatIsNotOptedIn) {
  const std::vector<LeadRow> rows = {
      {"for a token, over plain http", leads_to_token, false, false, "token"},
      {"for a token, at a private address", leads_to_token, true, false, "token"},
      {"for a token, plain http alone is the matter", leads_to_token, false, true, "token"},
      {"for a token, opted in", leads_to_token, true, true, ""},
      {"by a redirect, over plain http", leads_to_store, false, false, "head"},
      {"by a redirect, to a private address", leads_to_store, true, false, "head"},
      {"by a redirect, plain http alone is the matter", leads_to_store, false, true, "head"},
      {"by a redirect, opted in", leads_to_store, true, true, ""},
  };
  for (const LeadRow& row : rows) {
    SCOPED_TRACE(row.sentence);
    LoopbackServer elsewhere(answering(of_elsewhere));
    LoopbackServer registry(answering(
        [&](const HttpRequest& request) { return row.lead(request, elsewhere.url("")); }));
    const std::string here = "127.0.0.1:" + std::to_string(registry.port());
    const std::string there = "127.0.0.1:" + std::to_string(elsewhere.port());
    RegistryOptions options;
    options.plain_http = {here};
    NetOptions net;
    net.addresses.private_hosts = {here};
    if (row.plain_http) options.plain_http.insert(there);
    if (row.private_address) net.addresses.private_hosts.push_back(there);
    const auto transport = make_curl_transport(net).value();
    const SystemClock clock;
    const auto outcome = resolve_image(parse_image_reference(here + "/acme/app:1").value(), {},
                                       options, *transport, [&] { return clock.now(); });
    const auto* failure = std::get_if<RegistryFailure>(&outcome);
    EXPECT_EQ(failure ? failure->step : "", row.step) << (failure ? failure->message : "");
    if (failure) {
      EXPECT_EQ(failure->kind, RegistryFailureKind::kRefused) << failure->message;
    }
    EXPECT_EQ(elsewhere.connections() > 0, row.step.empty());
  }
}

}  // namespace
}  // namespace freshet
