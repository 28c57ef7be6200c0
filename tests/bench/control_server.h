// The simulated world of control_world.h in another process, over HTTP on the loopback interface.
#pragma once

#include "tests/bench/child_server.h"
#include "tests/bench/control_world.h"

namespace freshet {

// Returns once all services stand adopted. "POST /bench/WHAT?first=N&count=N" is
// ControlWorld::order().
ChildServer start_control_server(ControlScale scale);

}  // namespace freshet
