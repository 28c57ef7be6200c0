// posix_spawn, waitpid, a bound socket for a port.
#include "tests/real/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "base/files.h"

extern char** environ;

namespace freshet {

Result<Process> Process::start(const std::vector<std::string>& arguments,
                               const std::string& output) {
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    return make_error(ErrorKind::kNotFound, "starting " + arguments[0] + ": is it installed?");
  }
  return Process(pid);
}

Process::Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Process& Process::operator=(Process&& other) noexcept {
  end();
  pid_ = std::exchange(other.pid_, -1);
  return *this;
}

void Process::end() {
  if (pid_ < 0) return;
  kill(pid_, SIGTERM);
  wait();
}

int Process::wait() {
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Status run_program(const std::vector<std::string>& arguments, const std::string& output) {
  auto process = Process::start(arguments, output);
  if (!process) return process.error();
  const int status = process->wait();
  if (status == 0) return {};
  constexpr std::size_t kMaxOutput = 1 << 20;
  return make_error(ErrorKind::kPermanent, arguments[0] + " exited with " + std::to_string(status) +
                                               ": " + read_file(output, kMaxOutput).value_or(""));
}

Result<int> free_loopback_port() {
  const int handle = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool bound = bind(handle, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(handle, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(handle);
  if (!bound) return make_error(ErrorKind::kPermanent, "no free port on loopback");
  return ntohs(address.sin_port);
}

}  // namespace freshet
