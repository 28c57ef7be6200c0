// A registry in another process, as far as checks of tags need one: every tag of every repository
// is one small image; Bearer tokens for an hour; ETag and 304.
#pragma once

#include "tests/bench/child_server.h"

namespace freshet {

// "GET /tokens" tells how many tokens were given.
ChildServer start_registry_server();

}  // namespace freshet
