// Probes and metrics on cpp-httplib; no other room includes it.
#include "controller/server/probe_server.h"

#include <httplib.h>

#include <thread>

#include "base/text.h"
#include "controller/server/listen_address.h"

namespace freshet {

namespace {

constexpr std::size_t kMaxPayload = 1 << 10;  // nothing is sent here
constexpr std::size_t kServerThreads = 4;
constexpr time_t kReadTimeoutSeconds = 2;

class HttplibProbeServer final : public ProbeServer {
 public:
  explicit HttplibProbeServer(ProbeHandlers handlers) : handlers_(std::move(handlers)) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kServerThreads); };
    server_.set_payload_max_length(kMaxPayload);
    server_.set_read_timeout(kReadTimeoutSeconds);
    server_.set_write_timeout(kReadTimeoutSeconds);
    server_.set_keep_alive_max_count(1);
    server_.Get("/healthz", [this](const httplib::Request&, httplib::Response& response) {
      answer(response, handlers_.healthy() ? "" : "not healthy");
    });
    server_.Get("/readyz", [this](const httplib::Request&, httplib::Response& response) {
      answer(response, handlers_.unready(), handlers_.role());
    });
    server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(handlers_.metrics(), "text/plain; version=0.0.4");
    });
  }

  ~HttplibProbeServer() override {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  bool bind(const std::string& host, int port) {
    port_ = port == 0 ? server_.bind_to_any_port(host) : port;
    if (port == 0) return port_ > 0;
    return server_.bind_to_port(host, port);
  }

  void run() {
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }

  int port() const override { return port_; }

 private:
  static void answer(httplib::Response& response, const std::string& problem,
                     const std::string& well = "ok") {
    response.status = problem.empty() ? 200 : 503;
    response.set_content((problem.empty() ? well : problem) + "\n", "text/plain");
  }

  ProbeHandlers handlers_;
  httplib::Server server_;
  std::thread thread_;
  int port_ = 0;
};

}  // namespace

Result<std::unique_ptr<ProbeServer>> start_probe_server(const std::string& address,
                                                        ProbeHandlers handlers) {
  const auto listen = parse_listen_address(address);
  if (!listen) return listen.error();
  auto server = std::make_unique<HttplibProbeServer>(std::move(handlers));
  if (!server->bind(listen->host, listen->port)) {
    return make_error(ErrorKind::kPermanent, "cannot listen on " + printable(address));
  }
  server->run();
  return std::unique_ptr<ProbeServer>(std::move(server));
}

}  // namespace freshet
