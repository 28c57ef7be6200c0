// crane and regctl, one check after the other.
#include "tests/bench/registry_peers.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>

#include "base/clock.h"

namespace freshet {
namespace {

constexpr int kPeerChecks = 20;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

// Of all processes that were waited for.
double children_cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_CHILDREN, &used);
  return seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
}

void print_peer(const std::string& program, const std::string& words) {
  const std::string name = program.substr(program.rfind('/') + 1);
  if (access(program.c_str(), X_OK) != 0) {
    fmt::print("beside it, {}: not there\n", name);
    return;
  }
  const std::string command = program + " " + words + " > /dev/null 2>&1";
  const SystemClock clock;
  const Duration begun = clock.monotonic();
  const double before = children_cpu_seconds();
  int failed = 0;
  for (int i = 0; i < kPeerChecks; ++i) failed += std::system(command.c_str()) == 0 ? 0 : 1;
  const double took = to_seconds(clock.monotonic() - begun);
  fmt::print("beside it, {}: {:.1f} ms of CPU and {:.1f} ms a check ({} of {} failed)\n", name,
             (children_cpu_seconds() - before) * 1e3 / kPeerChecks, took * 1e3 / kPeerChecks,
             failed, kPeerChecks);
}

}  // namespace

void print_peers(const std::string& folder, const std::string& host) {
  const std::string image = host + "/team/app0:1";
  print_peer(folder + "/crane", "digest " + image);
  print_peer(folder + "/regctl", "--host reg=" + host + ",tls=disabled image digest " + image);
}

}  // namespace freshet
