// Probes and metrics: three paths.
#include "controller/server/probe_server.h"

#include <optional>

#include "controller/server/http_server.h"

namespace freshet {

namespace {

ServerAnswer plain(int status, const std::string& text) {
  return {{status, {{"Content-Type", "text/plain"}}, text + "\n"}};
}

ServerAnswer ready_or_not(const std::string& problem, const std::string& well) {
  return problem.empty() ? plain(200, well) : plain(503, problem);
}

// All but the metrics: what the kubelet asks waits behind nobody.
std::optional<ServerAnswer> answer_probe(const ProbeHandlers& handlers,
                                         const HttpRequest& request) {
  const std::string path = request.url.substr(0, request.url.find('?'));
  if (request.method != "GET" && request.method != "HEAD") return plain(405, "only GET and HEAD");
  if (path == "/healthz") return ready_or_not(handlers.healthy() ? "" : "not healthy", "ok");
  if (path == "/readyz") return ready_or_not(handlers.unready(), handlers.role());
  if (path == "/metrics") return std::nullopt;
  return plain(404, "there are /healthz, /readyz and /metrics");
}

ServerAnswer answer_metrics(const ProbeHandlers& handlers) {
  return {{200, {{"Content-Type", "text/plain; version=0.0.4"}}, handlers.metrics()}};
}

class PollingProbeServer final : public ProbeServer {
 public:
  explicit PollingProbeServer(std::unique_ptr<HttpServer> server) : server_(std::move(server)) {}
  int port() const override { return server_->port(); }

 private:
  std::unique_ptr<HttpServer> server_;
};

}  // namespace

Result<std::unique_ptr<ProbeServer>> start_probe_server(const std::string& address,
                                                        const Clock& clock,
                                                        const ProbeHandlers& handlers) {
  auto server = start_http_server(
      address, clock, kProbeBounds,
      {[handlers](const HttpRequest&) { return answer_metrics(handlers); },
       [](int status, const std::string& message) { return plain(status, message).response; },
       [handlers](const HttpRequest& request) { return answer_probe(handlers, request); }});
  if (!server) return server.error();
  return std::unique_ptr<ProbeServer>(std::make_unique<PollingProbeServer>(*std::move(server)));
}

}  // namespace freshet
