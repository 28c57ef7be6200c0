// The one flag that the two signals set.
#include "controller/cli/stop_signals.h"

#include <atomic>
#include <csignal>

namespace freshet {
namespace {

// A handler may write it, and any thread read it.
std::atomic<bool> stop_asked = false;
static_assert(std::atomic<bool>::is_always_lock_free);
void ask_to_stop(int) { stop_asked = true; }

}  // namespace

std::function<bool()> until_stopped(const Context& context) {
  stop_asked = false;
  std::signal(SIGTERM, ask_to_stop);
  std::signal(SIGINT, ask_to_stop);
  return [&context] { return stop_asked || context.stop(); };
}

}  // namespace freshet
