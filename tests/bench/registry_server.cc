// The registry's answers, on cpp-httplib.
#include "tests/bench/registry_server.h"

#include <httplib.h>

#include <atomic>
#include <string>

#include "base/text.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxRequestsOfAConnection = 100'000'000;
constexpr const char* kManifestType = "application/vnd.oci.image.manifest.v1+json";
const std::string kConfig =
    R"({"created":"2026-11-22T23:30:00Z","os":"linux","architecture":"amd64"})";
const std::string kManifest =
    std::string(R"({"schemaVersion":2,"mediaType":")") + kManifestType +
    R"(","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":)" +
    std::to_string(kConfig.size()) + R"(,"digest":"sha256:)" + sha256_hex(kConfig) +
    R"("},"layers":[]})";

void answer(const httplib::Request& request, httplib::Response& response, int port) {
  if (!request.has_header("Authorization")) {
    response.status = 401;
    response.set_header(
        "WWW-Authenticate",
        "Bearer realm=\"http://127.0.0.1:" + std::to_string(port) + "/token\",service=\"bench\"");
    return;
  }
  if (request.path.find("/blobs/") != std::string::npos) {
    response.set_content(kConfig, "application/octet-stream");
    return;
  }
  const std::string digest = "sha256:" + sha256_hex(kManifest);
  const std::string etag = "\"" + digest + "\"";
  response.set_header("ETag", etag);
  if (request.get_header_value("If-None-Match") == etag) {
    response.status = 304;
    return;
  }
  response.set_header("Docker-Content-Digest", digest);
  response.set_content(kManifest, kManifestType);
}

void serve_registry(const TellPort& tell) {
  std::atomic<int> tokens = 0;
  httplib::Server server;
  server.set_keep_alive_max_count(kMaxRequestsOfAConnection);
  server.set_keep_alive_timeout(120);
  server.set_tcp_nodelay(true);
  server.new_task_queue = [] { return new httplib::ThreadPool(64); };
  const int port = server.bind_to_any_port("127.0.0.1");
  server.Get("/token", [&](const httplib::Request&, httplib::Response& response) {
    const std::string number = std::to_string(++tokens);
    response.set_content(R"({"token":"t)" + number + R"(","expires_in":3600})", "application/json");
  });
  server.Get("/tokens", [&](const httplib::Request&, httplib::Response& response) {
    response.set_content(std::to_string(tokens), "text/plain");
  });
  server.Get("/v2/.*", [port](const httplib::Request& request, httplib::Response& response) {
    answer(request, response, port);
  });
  tell(port);
  server.listen_after_bind();
}

}  // namespace

ChildServer start_registry_server() { return start_child_server(serve_registry); }

}  // namespace freshet
