// A registry in another process, as far as checks of tags need one: every tag of every repository
// is one small image; Bearer tokens for an hour; ETag and 304.
#pragma once

#include <sys/types.h>

namespace freshet {

struct RegistryServer {
  pid_t process = 0;
  int port = 0;  // on 127.0.0.1; 0: it could not be started
};

// Before any thread is started: it forks. "GET /tokens" tells how many tokens were given.
RegistryServer start_registry_server();
void stop_registry_server(const RegistryServer& server);

}  // namespace freshet
