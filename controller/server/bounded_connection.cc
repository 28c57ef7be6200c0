// poll before every read and write, and counting.
#include "controller/server/bounded_connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <string_view>

namespace freshet {

namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";

}  // namespace

BoundedConnection::BoundedConnection(socket_t socket, const Clock& clock,
                                     const ConnectionBounds& bounds)
    : socket_(socket),
      clock_(clock),
      deadline_(clock.monotonic() + bounds.time),
      head_left_(bounds.head),
      all_left_(bounds.all) {}

bool BoundedConnection::wait_for(short events) const {
  const Duration left = deadline_ - clock_.monotonic();
  if (left <= Duration::zero()) return false;
  pollfd wanted{socket_, events, 0};
  return ::poll(&wanted, 1, static_cast<int>(left.count())) > 0;
}

bool BoundedConnection::is_readable() const { return begin_ < end_ || wait_for(POLLIN); }
bool BoundedConnection::is_writable() const { return wait_for(POLLOUT); }

bool BoundedConnection::fill() {
  const bool in_head = end_seen_ < static_cast<int>(kEndOfHead.size());
  const std::size_t most = std::min(all_left_, in_head ? head_left_ : all_left_);
  if (most == 0 || !wait_for(POLLIN)) return false;
  const ssize_t got = ::recv(socket_, buffer_.data(), std::min(most, buffer_.size()), 0);
  if (got <= 0) return false;
  begin_ = 0;
  end_ = static_cast<std::size_t>(got);
  all_left_ -= end_;
  if (!in_head) return true;
  head_left_ -= end_;
  for (std::size_t i = 0; i < end_ && end_seen_ < static_cast<int>(kEndOfHead.size()); ++i) {
    const char c = buffer_[i];
    if (c == kEndOfHead[static_cast<std::size_t>(end_seen_)]) {
      ++end_seen_;
    } else {
      end_seen_ = c == '\r' ? 1 : 0;
    }
  }
  return true;
}

ssize_t BoundedConnection::read(char* data, std::size_t size) {
  if (begin_ == end_ && !fill()) return -1;
  const std::size_t count = std::min(size, end_ - begin_);
  std::copy_n(buffer_.data() + begin_, count, data);
  begin_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t BoundedConnection::write(const char* data, std::size_t size) {
  if (!wait_for(POLLOUT)) return -1;
  return ::send(socket_, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace freshet
