// `status -A` and `age -A` against a served list of 10,000 tracked services: time and memory of the
// whole command, each run in a process of its own. Exit 1 where a bound is missed.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/clock.h"
#include "base/text.h"
#include "controller/cli/cli.h"
#include "controller/cli/terminal.h"
#include "tests/bench/cli_server.h"

namespace freshet {
namespace {

constexpr int kServices = 10'000;
constexpr int kRuns = 5;  // the quickest counts: others use this machine as well
constexpr double kMaxSeconds = 0.5;
constexpr double kMaxMebibytes = 100;

struct Spent {
  double seconds = 1e9;
  double cpu_seconds = 0;
  double mebibytes = 0;
  int lines = 0;
};

double seconds_of(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
}

// In the child: the command, and how many lines it printed.
int lines_of(const std::vector<std::string>& words) {
  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in;
  Terminal terminal{out, err, in};
  std::vector<const char*> argv{"freshet"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  const int code = run_cli(static_cast<int>(argv.size()), argv.data(), terminal);
  if (code != 0) fmt::print("{}", err.str());
  const std::string text = out.str();
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

Spent run_in_child(const std::vector<std::string>& words) {
  const SystemClock clock;
  int ends[2];
  if (pipe(ends) != 0) return {};
  fflush(stdout);
  const Duration begun = clock.monotonic();
  const pid_t child = fork();
  if (child == 0) {
    const int lines = lines_of(words);
    [[maybe_unused]] const auto told = ::write(ends[1], &lines, sizeof lines);
    fflush(stdout);
    _exit(0);
  }
  Spent spent;
  ::close(ends[1]);
  if (::read(ends[0], &spent.lines, sizeof spent.lines) != sizeof spent.lines) spent.lines = 0;
  ::close(ends[0]);
  rusage used{};
  wait4(child, nullptr, 0, &used);
  spent.seconds = to_seconds(clock.monotonic() - begun);
  spent.cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  spent.mebibytes = static_cast<double>(used.ru_maxrss) / 1024;
  return spent;
}

// The quickest of some runs, and the most memory of any.
bool measure(const std::string& name, const std::vector<std::string>& words) {
  Spent best;
  double mebibytes = 0;
  for (int run = 0; run < kRuns; ++run) {
    const Spent spent = run_in_child(words);
    mebibytes = std::max(mebibytes, spent.mebibytes);
    if (spent.seconds < best.seconds) best = spent;
  }
  fmt::print("{:<22} {:.2f} s (allowed: {}), {:.2f} s of CPU, {:.0f} MiB (allowed: {}), {} lines\n",
             name, best.seconds, kMaxSeconds, best.cpu_seconds, mebibytes, kMaxMebibytes,
             best.lines);
  return best.seconds <= kMaxSeconds && mebibytes <= kMaxMebibytes && best.lines == kServices + 1;
}

std::string kubeconfig_for(int port) {
  return fmt::format(
      "apiVersion: v1\nkind: Config\ncurrent-context: bench\n"
      "clusters:\n- name: bench\n  cluster: {{server: \"http://127.0.0.1:{}\"}}\n"
      "users:\n- name: bench\n  user: {{}}\n"
      "contexts:\n- name: bench\n  context: {{cluster: bench, user: bench}}\n",
      port);
}

int run() {
  ChildServer server = start_child_server(
      [](const TellPort& tell) { serve_fleet(make_bench_service(), kServices, tell); });
  if (server.port == 0) return 1;
  const std::string config = fmt::format("/tmp/bench-cli-{}.yaml", ::getpid());
  std::ofstream(config) << kubeconfig_for(server.port);
  bool good = measure("status -A", {"status", "-A", "--kubeconfig", config});
  good = measure("age -A", {"age", "-A", "--kubeconfig", config}) && good;
  good =
      measure("age -A --sort lag", {"age", "-A", "--sort", "lag", "--kubeconfig", config}) && good;
  ::unlink(config.c_str());
  stop_child_server(server);
  return good ? 0 : 1;
}

}  // namespace
}  // namespace freshet

int main() { return freshet::run(); }
