// Webhooks on cpp-httplib: what the library leaves unbounded is bounded here.
#include "controller/server/webhook_server.h"

#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <semaphore>
#include <thread>
#include <utility>

#include "base/text.h"
#include "controller/server/bounded_connection.h"
#include "controller/server/listen_address.h"

namespace freshet {

namespace {

constexpr std::size_t kWebhookThreads = 8;
constexpr std::size_t kMaxWebhookPath = 512;  // the library matches paths by recursion
// So much of a body that is too large is read and dropped, so that its sender hears the answer.
constexpr std::size_t kMaxWebhookDrained = 1 << 20;
constexpr std::size_t kMaxWebhookHead = 32 << 10;
constexpr ConnectionBounds kWebhookBounds{kMaxWebhookHead, kMaxWebhookHead + kMaxWebhookDrained,
                                          kWebhookDeadline};

// The library's queue has no bound, and cannot refuse: where it is full, accepting waits.
class BoundedTasks final : public httplib::TaskQueue {
 public:
  BoundedTasks() : pool_(kWebhookThreads) {}
  // void or, in newer releases, bool.
  using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue(nullptr));
  Enqueued enqueue(std::function<void()> task) override {
    room_.acquire();
    pool_.enqueue([this, task = std::move(task)] {
      room_.release();
      task();
    });
    return static_cast<Enqueued>(true);
  }
  void shutdown() override { pool_.shutdown(); }

 private:
  std::counting_semaphore<kMaxWebhooksWaiting> room_{kMaxWebhooksWaiting};
  httplib::ThreadPool pool_;
};

// The library's server, with one bounded request a connection. Its own limits are for single
// reads, and the number of headers has none in older releases.
class BoundedServer final : public httplib::Server {
 public:
  explicit BoundedServer(const Clock& clock) : clock_(clock) {}

 private:
  bool process_and_close_socket(socket_t socket) override {
    BoundedConnection connection(socket, clock_, kWebhookBounds);
    const bool answered = answer_one(*this, connection);
    ::shutdown(socket, SHUT_RDWR);
    ::close(socket);
    return answered;
  }
  template <class Self>
  static bool answer_one(Self& self, httplib::Stream& connection) {
    bool is_closed = false;
    if constexpr (requires { self.process_request(connection, true, is_closed, nullptr); }) {
      return self.process_request(connection, true, is_closed, nullptr);
    } else {  // newer releases want addresses as well
      return self.process_request(connection, "", 0, "", 0, true, is_closed, nullptr);
    }
  }

  const Clock& clock_;
};

HttpHeaders headers_of(const httplib::Request& request) {
  HttpHeaders headers;
  for (const auto& [name, value] : request.headers) headers.push_back({name, value});
  return headers;
}

class HttplibWebhookServer final : public WebhookServer {
 public:
  HttplibWebhookServer(const Clock& clock, WebhookHandlers handlers)
      : handlers_(std::move(handlers)), server_(clock) {
    server_.new_task_queue = [] { return new BoundedTasks; };
    server_.set_payload_max_length(kMaxWebhookDrained);
    server_.set_pre_routing_handler([this](const auto& request, auto& response) {
      const int refusal = early_refusal(request);
      if (refusal == 0) return httplib::Server::HandlerResponse::Unhandled;
      response.status = refusal;
      return httplib::Server::HandlerResponse::Handled;
    });
    server_.set_exception_handler([this](const auto&, auto& response, auto&&) {
      handlers_.refused("failed");
      response.status = 500;
    });
    server_.Post(".*", [this](const httplib::Request& request, httplib::Response& response,
                              const httplib::ContentReader& reader) {
      response.status = receive(request, reader);
    });
  }

  ~HttplibWebhookServer() override {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  bool bind(const ListenAddress& listen) {
    port_ = listen.port == 0 ? server_.bind_to_any_port(listen.host) : listen.port;
    if (listen.port == 0) return port_ > 0;
    return server_.bind_to_port(listen.host, listen.port);
  }

  void run() {
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }

  int port() const override { return port_; }

 private:
  int refuse(const std::string& why, int status) {
    handlers_.refused(why);
    return status;
  }

  // What needs no body to be refused; 0: nothing.
  int early_refusal(const httplib::Request& request) {
    if (request.method != "POST" || request.path.size() > kMaxWebhookPath) return 404;
    // A signature is over what was sent: nothing is unpacked. A form is no webhook.
    const bool is_encoded =
        request.has_header("Content-Encoding") || request.is_multipart_form_data();
    if (is_encoded) return refuse("encoded", 415);
    const auto length = parse_whole(request.get_header_value("Content-Length"));
    const bool is_huge = length && std::cmp_greater(*length, kMaxWebhookDrained);
    return is_huge ? refuse("oversize", 413) : 0;
  }

  int receive(const httplib::Request& request, const httplib::ContentReader& reader) {
    std::string body;
    std::size_t size = 0;
    const bool is_whole = reader([&](const char* data, std::size_t count) {
      size += count;
      if (size <= handlers_.max_body) body.append(data, count);
      return size <= kMaxWebhookDrained;
    });
    if (size > handlers_.max_body) return refuse("oversize", 413);
    if (!is_whole) return refuse("slow", 408);
    return handlers_.receive(request.path, headers_of(request), std::move(body));
  }

  WebhookHandlers handlers_;
  BoundedServer server_;
  std::thread thread_;
  int port_ = 0;
};

}  // namespace

Result<std::unique_ptr<WebhookServer>> start_webhook_server(const std::string& address,
                                                            const Clock& clock,
                                                            WebhookHandlers handlers) {
  const auto listen = parse_listen_address(address);
  if (!listen) return listen.error();
  auto server = std::make_unique<HttplibWebhookServer>(clock, std::move(handlers));
  if (!server->bind(*listen)) {
    return make_error(ErrorKind::kPermanent, "cannot listen on " + printable(address));
  }
  server->run();
  return std::unique_ptr<WebhookServer>(std::move(server));
}

}  // namespace freshet
