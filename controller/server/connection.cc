// recv and send without waiting.
#include "controller/server/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace freshet {

namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr Duration kLinger = seconds(1);
// So much of a body that is too large is read and dropped, so that its sender hears the answer.
constexpr std::size_t kMaxDrained = 1 << 20;

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

Connection::Connection(int socket, Duration now, const ServerBounds& bounds)
    : socket_(socket), bounds_(bounds), deadline_(now + bounds.request) {}

Connection::~Connection() { ::close(socket_); }

short Connection::wanted_events() const {
  switch (state_) {
    case State::kReading:
    case State::kLingering: return POLLIN;
    // A listener that goes away is heard of by reading.
    case State::kWriting: return sent_ < out_.size() ? POLLOUT : stream_ != nullptr ? POLLIN : 0;
    case State::kAnswering:
    case State::kOver: return 0;
  }
  return 0;
}

bool Connection::is_over(Duration now) const {
  if (state_ == State::kOver) return true;
  const bool has_deadline =
      state_ == State::kLingering || (state_ == State::kWriting && sent_ < out_.size());
  return has_deadline && now >= deadline_;
}

Connection::Read Connection::read(Duration now) {
  std::array<char, 16 << 10> buffer;
  const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (got < 0 && would_block()) return Nothing{};
  if (got <= 0) {
    // Whoever waits for an answer may have ended its own side.
    if (state_ != State::kAnswering) state_ = State::kOver;
    return Nothing{};
  }
  const auto count = static_cast<std::size_t>(got);
  if (state_ == State::kLingering) {
    scanned_ += count;
    if (scanned_ > kMaxDrained || now >= deadline_) state_ = State::kOver;
    return Nothing{};
  }
  if (state_ != State::kReading) return Nothing{};
  in_.append(buffer.data(), count);
  if (!head_) {
    Read found = take_head();
    if (!head_) return found;
  }
  if (in_.size() - body_begin_ < head_->body) return Nothing{};
  state_ = State::kAnswering;
  head_->request.body = in_.substr(body_begin_, head_->body);
  in_ = {};
  return std::move(head_->request);
}

Connection::Read Connection::take_head() {
  const std::size_t end = in_.find(kHeadEnd, scanned_);
  const std::size_t size = end == std::string::npos ? in_.size() : end + kHeadEnd.size();
  if (size > bounds_.head) {
    state_ = State::kAnswering;
    return WireRefusal{431, "the head of the request is too large"};
  }
  if (end == std::string::npos) {
    scanned_ = in_.size() < kHeadEnd.size() ? 0 : in_.size() - kHeadEnd.size() + 1;
    return Nothing{};
  }
  auto parsed = parse_request_head(std::string_view(in_).substr(0, end + 2));
  if (auto* refusal = std::get_if<WireRefusal>(&parsed)) {
    state_ = State::kAnswering;
    return std::move(*refusal);
  }
  auto& head = std::get<RequestHead>(parsed);
  if (head.body > bounds_.body) {
    state_ = State::kAnswering;
    return WireRefusal{413, "the body may have at most " + std::to_string(bounds_.body) + " bytes"};
  }
  head_ = std::move(head);
  body_begin_ = size;
  return Nothing{};
}

void Connection::answer(ServerAnswer answer, bool is_head, Duration now) {
  in_ = {};
  const bool has_length = answer.stream == nullptr;
  out_ = answer_head(answer.response,
                     has_length ? std::optional(answer.response.body.size()) : std::nullopt);
  if (!is_head) out_ += answer.response.body;
  stream_ = is_head ? nullptr : std::move(answer.stream);
  state_ = State::kWriting;
  deadline_ = now + bounds_.answer;
  write(now);
}

void Connection::write(Duration now) {
  while (state_ == State::kWriting) {
    if (sent_ == out_.size()) {
      if (stream_ == nullptr) return linger(now);
      auto more = stream_();
      if (!more) return linger(now);
      out_ = *std::move(more);
      sent_ = 0;
      deadline_ = now + bounds_.answer;
      if (out_.empty()) return;
    }
    const ssize_t count =
        ::send(socket_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && would_block()) return;
    if (count <= 0) {
      state_ = State::kOver;
      return;
    }
    sent_ += static_cast<std::size_t>(count);
  }
}

void Connection::linger(Duration now) {
  out_ = {};
  stream_ = nullptr;
  scanned_ = 0;
  state_ = ::shutdown(socket_, SHUT_WR) == 0 ? State::kLingering : State::kOver;
  deadline_ = now + kLinger;
}

}  // namespace freshet
