// posix_spawn, two pipes, poll and waitpid.
#include "controller/runtime/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "controller/net/file_handle.h"

extern char** environ;

namespace freshet {

namespace {

constexpr Duration kExitPause{10};  // between two looks whether a program that fell silent is gone

struct PipeEnds {
  FileHandle read;
  FileHandle write;
};

std::optional<PipeEnds> open_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  return PipeEnds{FileHandle(ends[0]), FileHandle(ends[1])};
}

// A child; killed and waited for unless it has ended by itself. Where it leads a process group, so
// is what it started, and left behind.
class ChildProcess {
 public:
  ChildProcess(pid_t pid, bool leads_group) : pid_(pid), leads_group_(leads_group) {}
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() {
    if (pid_ < 0) return;
    kill(leads_group_ ? -pid_ : pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  // Its exit status if it has ended.
  std::optional<int> poll_exit() {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    const pid_t ended = std::exchange(pid_, -1);
    if (leads_group_) kill(-ended, SIGKILL);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_;
  bool leads_group_;
};

// "NAME=value" each: ours, but for those that the call sets.
std::vector<std::string> environment_of(const ProgramCall& call) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view ours = *entry;
    const std::string_view name = ours.substr(0, ours.find('='));
    if (!call.variables.contains(name)) all.emplace_back(ours);
  }
  for (const auto& [name, value] : call.variables) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

// 0, or the system's error.
int spawn(const ProgramCall& call, int input, int output, pid_t& pid) {
  const std::vector<std::string> variables = environment_of(call);
  const std::vector<char*> argv = pointers_to(call.arguments);
  const std::vector<char*> envp = pointers_to(variables);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!call.shares_input) posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  if (!call.attended) {
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  const int group = call.attended ? 0 : POSIX_SPAWN_SETPGROUP;
  posix_spawnattr_setflags(&attributes, static_cast<short>(group | POSIX_SPAWN_SETSIGDEF));
  const int failed = posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), envp.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failed;
}

// Waits for what there is to read, `at_most`; false: nothing came.
bool wait_readable(int handle, Duration at_most) {
  pollfd wanted{handle, POLLIN, 0};
  const auto limit = static_cast<int>(std::max<std::int64_t>(at_most.count(), 0));
  return ::poll(&wanted, 1, limit) > 0;
}

Error program_error(ErrorKind kind, const ProgramCall& call, const std::string& what) {
  return make_error(kind, "running " + call.arguments[0] + ": " + what);
}

Error not_started(const ProgramCall& call, int system_error) {
  if (system_error == ENOENT && call.arguments[0].find('/') == std::string::npos) {
    return program_error(ErrorKind::kNotFound, call, "it cannot be started; is it in PATH?");
  }
  return program_error(system_error == ENOENT ? ErrorKind::kNotFound : ErrorKind::kPermanent, call,
                       "it cannot be started: " + std::system_category().message(system_error));
}

// Reads to the end, then waits for the exit; one deadline for both.
Result<ProgramEnd> follow_to_end(const ProgramCall& call, ChildProcess& child, int output,
                                 const Clock& clock) {
  const Duration deadline = clock.monotonic() + call.time_limit;
  const auto late = [&] {
    return program_error(ErrorKind::kTimeout, call,
                         "no answer within " + format_duration(call.time_limit));
  };
  ProgramEnd end;
  std::array<char, 4096> buffer{};
  for (;;) {
    if (clock.monotonic() >= deadline) return late();
    if (!wait_readable(output, deadline - clock.monotonic())) continue;
    const ssize_t got = ::read(output, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    end.output.append(buffer.data(), static_cast<std::size_t>(got));
    if (end.output.size() > call.max_output) {
      return program_error(ErrorKind::kRefused, call,
                           "more than " + std::to_string(call.max_output) + " bytes of output");
    }
  }
  for (;;) {
    if (const auto status = child.poll_exit()) {
      end.exit_status = *status;
      return end;
    }
    if (clock.monotonic() >= deadline) return late();
    ::poll(nullptr, 0, static_cast<int>(kExitPause.count()));
  }
}

}  // namespace

Result<ProgramEnd> run_to_end(const ProgramCall& call, const Clock& clock) {
  auto input = open_pipe();
  auto output = open_pipe();
  if (!input || !output || call.input.size() > kMaxProgramInput) {
    return program_error(ErrorKind::kTransient, call, "no pipe for its input and output");
  }
  // Before there is a reader that could go away: this fits into the pipe.
  if (::write(input->write.get(), call.input.data(), call.input.size()) < 0) {
    return program_error(ErrorKind::kTransient, call, "its input cannot be written");
  }
  input->write.close();
  pid_t pid = -1;
  const int failed = spawn(call, input->read.get(), output->write.get(), pid);
  if (failed != 0) return not_started(call, failed);
  ChildProcess child(pid, !call.attended);
  input->read.close();
  output->write.close();
  return follow_to_end(call, child, output->read.get(), clock);
}

RunProgram program_runner(const Clock& clock) {
  return [&clock](const ProgramCall& call) { return run_to_end(call, clock); };
}

AskHelper helper_runner(const Clock& clock, Duration time_limit) {
  return [&clock, time_limit](const HelperCall& call) -> Result<HelperReply> {
    auto program = helper_program(call);
    if (!program) return program.error();
    ProgramCall helper;
    helper.arguments = {*std::move(program), "get"};
    helper.input = call.server;
    helper.time_limit = time_limit;
    helper.max_output = kMaxHelperReplyBytes;
    auto end = run_to_end(helper, clock);
    if (!end) return end.error();
    return HelperReply{end->exit_status, std::move(end->output)};
  };
}

}  // namespace freshet
