// A server in a process of its own.
#include "tests/bench/child_server.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace freshet {

ChildServer start_child_server(const std::function<void(const TellPort& tell)>& serve) {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) return {};
  ChildServer server;
  server.process = fork();
  if (server.process == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    serve([&](int port) {
      [[maybe_unused]] const auto told = ::write(pipe_ends[1], &port, sizeof port);
    });
    _exit(0);
  }
  ::close(pipe_ends[1]);
  if (::read(pipe_ends[0], &server.port, sizeof server.port) != sizeof server.port) server.port = 0;
  ::close(pipe_ends[0]);
  return server;
}

void stop_child_server(const ChildServer& server) {
  if (server.process <= 0) return;
  kill(server.process, SIGTERM);
  waitpid(server.process, nullptr, 0);
}

}  // namespace freshet
