// A tiny server on the loopback interface, for tests.
#include "tests/support/loopback_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "base/text.h"

namespace freshet::testing {
namespace {

constexpr std::size_t kMaxRequestBytes = 64 << 10;
constexpr int kReadLimitMs = 5000;
constexpr int kMaxConnections = 64;

sockaddr_in on_loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int listen_on_loopback(int& port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = on_loopback(0);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || bind(listener, generic, length) != 0 || listen(listener, 64) != 0 ||
      getsockname(listener, generic, &length) != 0) {
    std::abort();  // a machine without a loopback interface cannot run these tests
  }
  port = ntohs(address.sin_port);
  return listener;
}

// "GET /x HTTP/1.1\r\nName: value\r\n…" without the empty line.
HttpRequest parse_head(const std::string& head) {
  HttpRequest request;
  const std::vector<std::string> lines = split(head, '\n');
  const std::vector<std::string> words = split(trim(lines.front()), ' ');
  request.method = words.front();
  request.url = words.size() > 1 ? words[1] : "";
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string_view line = trim(lines[i]);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    request.headers.push_back(
        {std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
  }
  return request;
}

}  // namespace

bool LoopbackConnection::read_more() {
  pollfd readable{socket_, POLLIN, 0};
  if (buffer_.size() > kMaxRequestBytes || poll(&readable, 1, kReadLimitMs) <= 0) return false;
  char chunk[4096];
  const ssize_t got = recv(socket_, chunk, sizeof chunk, 0);
  if (got > 0) buffer_.append(chunk, static_cast<std::size_t>(got));
  return got > 0;
}

std::optional<HttpRequest> LoopbackConnection::read_request() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!read_more()) return std::nullopt;
  }
  HttpRequest request = parse_head(buffer_.substr(0, end));
  buffer_.erase(0, end + 4);
  const auto length = parse_whole(find_header(request.headers, "content-length").value_or("0"));
  const auto wanted = static_cast<std::size_t>(length.value_or(0));
  while (buffer_.size() < wanted) {
    if (!read_more()) return std::nullopt;
  }
  request.body = buffer_.substr(0, wanted);
  buffer_.erase(0, wanted);
  return request;
}

void LoopbackConnection::write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void LoopbackConnection::forward_to(int port, const std::function<bool()>& is_silent) const {
  const int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = on_loopback(port);
  bool is_open = connect(other, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  while (is_open) {
    pollfd both[2] = {{socket_, POLLIN, 0}, {other, POLLIN, 0}};
    if (poll(both, 2, -1) <= 0) break;
    for (const bool from_client : {true, false}) {
      if (both[from_client ? 0 : 1].revents == 0) continue;
      char chunk[4096];
      const ssize_t got = recv(from_client ? socket_ : other, chunk, sizeof chunk, 0);
      is_open = is_open && got > 0;
      if (got <= 0 || is_silent()) continue;
      const LoopbackConnection target(from_client ? other : socket_);
      target.write({chunk, static_cast<std::size_t>(got)});
    }
  }
  close(other);
}

void LoopbackConnection::reset() const {
  const linger at_once{1, 0};  // closing now sends RST instead of FIN
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

bool LoopbackConnection::wait_for_close(Duration limit) {
  pollfd readable{socket_, POLLIN, 0};
  char byte = 0;
  return poll(&readable, 1, static_cast<int>(limit.count())) > 0 && recv(socket_, &byte, 1, 0) <= 0;
}

std::string render(const HttpResponse& response, bool with_body) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " Word\r\n";
  for (const HttpHeader& header : response.headers) {
    text += header.name + ": " + header.value + "\r\n";
  }
  text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n";
  return with_body ? text + response.body : text;
}

LoopbackServer::LoopbackServer(Serve serve) : serve_(std::move(serve)) {
  listener_ = listen_on_loopback(port_);
  acceptor_ = std::jthread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
  shutdown(listener_, SHUT_RDWR);  // ends the accept
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : open_) shutdown(socket, SHUT_RDWR);
  }
  threads_.clear();  // joins
  close(listener_);
}

std::string LoopbackServer::url(std::string_view target) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(target);
}

void LoopbackServer::accept_all() {
  while (connections_ < kMaxConnections) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    ++connections_;
    const std::lock_guard lock(mutex_);
    open_.push_back(socket);
    threads_.emplace_back([this, socket] { serve_one(socket); });
  }
}

void LoopbackServer::serve_one(int socket) {
  LoopbackConnection connection(socket);
  serve_(connection);
  const std::lock_guard lock(mutex_);
  std::erase(open_, socket);
  close(socket);
}

LoopbackServer::Serve answering(std::function<HttpResponse(const HttpRequest&)> answer) {
  return [answer = std::move(answer)](LoopbackConnection& connection) {
    while (const auto request = connection.read_request()) {
      connection.write(render(answer(*request), request->method != "HEAD"));
    }
  };
}

int closed_port() {
  int port = 0;
  close(listen_on_loopback(port));
  return port;
}

}  // namespace freshet::testing
