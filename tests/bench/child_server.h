// A server in a process of its own, so that its memory and CPU time are not the benchmark's.
#pragma once

#include <sys/types.h>

#include <functional>

namespace freshet {

struct ChildServer {
  pid_t process = 0;
  int port = 0;  // on 127.0.0.1; 0: it could not be started
};

// Tells the port it listens on; then the server may be used.
using TellPort = std::function<void(int port)>;
// Before any thread is started: it forks. `serve` runs in the child, which ends with this process.
ChildServer start_child_server(const std::function<void(const TellPort& tell)>& serve);
void stop_child_server(const ChildServer& server);

}  // namespace freshet
