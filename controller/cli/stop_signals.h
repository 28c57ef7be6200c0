// SIGINT and SIGTERM, for commands that go on until they are told to stop.
#pragma once

#include <functional>

#include "controller/cli/context.h"

namespace freshet {

// From here on the two signals no longer end the program: the answer is true once one of them has
// come, or the context says stop. The context must outlive it.
std::function<bool()> until_stopped(const Context& context);

}  // namespace freshet
