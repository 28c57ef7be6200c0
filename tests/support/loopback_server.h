// A tiny server on the loopback interface for tests of real sockets: a function per connection
// says byte for byte what the client meets.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/http.h"

namespace freshet::testing {

// One accepted connection. Reads are bounded in size (64 KiB) and time (5 s).
class LoopbackConnection {
 public:
  explicit LoopbackConnection(int socket) : socket_(socket) {}

  // Head and body (by Content-Length) of the next request; the URL is the target alone. nullopt
  // when the client has closed.
  std::optional<HttpRequest> read_request();
  void write(std::string_view bytes) const;
  // Bytes in both ways, between the client and who listens on this port, until one of them closes.
  // While `is_silent`, what comes is read and goes nowhere.
  void forward_to(int port, const std::function<bool()>& is_silent) const;
  void reset() const;  // the client sees "connection reset"
  // Waits until the client closes, at most `limit`; true if it did.
  bool wait_for_close(Duration limit);

 private:
  bool read_more();

  int socket_;
  std::string buffer_;
};

// An answer as HTTP/1.1 bytes, with Content-Length.
std::string render(const HttpResponse& response, bool with_body = true);

class LoopbackServer {
 public:
  using Serve = std::function<void(LoopbackConnection&)>;

  explicit LoopbackServer(Serve serve);  // `serve` runs on a thread of its own per connection
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  int port() const { return port_; }
  std::string url(std::string_view target) const;
  int connections() const { return connections_; }

 private:
  void accept_all();
  void serve_one(int socket);

  Serve serve_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::vector<int> open_;  // sockets in use, so that the destructor can end their reads
  std::vector<std::jthread> threads_;
  std::jthread acceptor_;
};

// Answers every request of every connection with `answer`, keeping connections open.
LoopbackServer::Serve answering(std::function<HttpResponse(const HttpRequest&)> answer);

// A port of the loopback interface on which nobody listens.
int closed_port();

}  // namespace freshet::testing
