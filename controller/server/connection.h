// One connection of HttpServer: bytes in, one request, bytes out. It never waits; what it does
// next depends on what its socket is ready for, and on the time.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "controller/server/http_server.h"
#include "controller/server/http_wire.h"

namespace freshet {

class Connection {
 public:
  // Takes the socket over, which does not block.
  Connection(int socket, Duration now, const ServerBounds& bounds);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Reads what has come. A request that is whole, or why none can be made of it, once.
  struct Nothing {};
  using Read = std::variant<Nothing, HttpRequest, WireRefusal>;
  Read read(Duration now);
  // The request's time is over: it is answered as if it had been refused.
  bool is_late(Duration now) const { return state_ == State::kReading && now >= deadline_; }
  void answer(ServerAnswer answer, bool is_head, Duration now);
  // Its client is gone, both ways: where a worker has its request nobody waits for the answer, and
  // poll(2) would tell so without end.
  void break_off() {
    if (state_ == State::kAnswering) state_ = State::kOver;
  }
  // Sends what can be sent, and asks the stream for more.
  void write(Duration now);

  short wanted_events() const;  // of poll(2)
  bool is_over(Duration now) const;
  // Also while an answer is sent: else clients that do not read could keep all places.
  bool may_be_evicted() const { return state_ != State::kAnswering && !is_streaming(); }
  // Bytes of an answer that is not sent to its end.
  std::size_t held() const { return sent_ < out_.size() ? out_.size() : 0; }
  bool is_streaming() const { return state_ == State::kWriting && stream_ != nullptr; }
  int socket() const { return socket_; }

 private:
  enum class State {
    kReading,
    kAnswering,  // a worker has it
    kWriting,
    kLingering,  // all is said: what the client still sends is read, so that it hears the answer
    kOver,
  };
  Read take_head();
  void linger(Duration now);

  const int socket_;
  const ServerBounds& bounds_;
  State state_ = State::kReading;
  Duration deadline_;
  std::string in_;
  std::size_t scanned_ = 0;  // no end of the head is before this
  std::optional<RequestHead> head_;
  std::size_t body_begin_ = 0;
  std::string out_;
  std::size_t sent_ = 0;
  StreamSource stream_;
};

}  // namespace freshet
