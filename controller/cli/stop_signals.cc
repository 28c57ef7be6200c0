// The one flag that the two signals set.
#include "controller/cli/stop_signals.h"

#include <csignal>

namespace freshet {
namespace {

volatile std::sig_atomic_t stop_asked = 0;
void ask_to_stop(int) { stop_asked = 1; }

}  // namespace

std::function<bool()> until_stopped(const Context& context) {
  stop_asked = 0;
  std::signal(SIGTERM, ask_to_stop);
  std::signal(SIGINT, ask_to_stop);
  return [&context] { return stop_asked != 0 || context.stop(); };
}

}  // namespace freshet
