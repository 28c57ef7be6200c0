// A client that sends what it is told, byte for byte, and reads what comes.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

namespace freshet::testing {

class RawClient {
 public:
  explicit RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  RawClient(RawClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() {
    if (socket_ >= 0) ::close(socket_);
  }

  bool send(std::string_view bytes) const {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  void end() const { ::shutdown(socket_, SHUT_WR); }  // its own side
  // Breaks off: the server hears of a reset, not of an end.
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    ::close(std::exchange(socket_, -1));
  }
  // What comes until the server closes.
  std::string read_all() const {
    std::string out;
    while (take(out, 0) > 0) {
    }
    return out;
  }
  // What comes until `end` has.
  std::string read_until(std::string_view end) const {
    std::string out;
    while (out.find(end) == std::string::npos && take(out, 0) > 0) {
    }
    return out;
  }
  // The server has neither said anything nor closed.
  bool waits() const {
    std::string out;
    return take(out, MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }

 private:
  ssize_t take(std::string& out, int flags) const {
    std::array<char, 4096> buffer;
    const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), flags);
    if (got > 0) out.append(buffer.data(), static_cast<std::size_t>(got));
    return got;
  }

  int socket_;
};

}  // namespace freshet::testing
