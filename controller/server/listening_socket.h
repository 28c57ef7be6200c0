// A socket that listens at host:port and does not block.
#pragma once

#include "controller/server/listen_address.h"

namespace freshet {

class ListeningSocket {
 public:
  ListeningSocket() = default;
  ~ListeningSocket();
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;

  bool open(const ListenAddress& address);  // port 0: any free one
  int socket() const { return socket_; }
  int port() const { return port_; }

 private:
  int socket_ = -1;
  int port_ = 0;
};

}  // namespace freshet
