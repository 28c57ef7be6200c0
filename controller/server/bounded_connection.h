// One connection of cpp-httplib, with bounds that the library lacks: on the head of a request, on
// all of it, and on the time that everything takes together.
#pragma once

#include <httplib.h>

#include <array>
#include <string>

#include "base/clock.h"

namespace freshet {

struct ConnectionBounds {
  std::size_t head = 0;  // bytes until the first empty line
  std::size_t all = 0;   // bytes of head and body
  Duration time{};       // from the first look at the connection to its end
};

class BoundedConnection final : public httplib::Stream {
 public:
  BoundedConnection(socket_t socket, const Clock& clock, const ConnectionBounds& bounds);

  // All of the library's, of this release and of newer ones: hence no `override`.
  bool is_readable() const;
  bool is_writable() const;
  bool wait_readable() const { return is_readable(); }
  bool wait_writable() const { return is_writable(); }
  ssize_t read(char* data, std::size_t size);  // -1: an error, too late or too much
  ssize_t write(const char* data, std::size_t size);
  // Nobody is told apart by an address.
  void get_remote_ip_and_port(std::string&, int&) const {}
  void get_local_ip_and_port(std::string&, int&) const {}
  socket_t socket() const { return socket_; }
  time_t duration() const { return 0; }

 private:
  bool wait_for(short events) const;
  bool fill();

  const socket_t socket_;
  const Clock& clock_;
  const Duration deadline_;  // monotonic
  std::size_t head_left_;
  std::size_t all_left_;
  int end_seen_ = 0;  // of the four characters that end a head; 4: it has ended
  std::array<char, 4096> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace freshet
