// What a check costs with other clients, each as a process of its own as their users run them.
#pragma once

#include <string>

namespace freshet {

// Prints time and CPU a check of `crane digest` and `regctl image digest`, of those in `folder`,
// against the registry at `host`. For scale only: no limit goes by it.
void print_peers(const std::string& folder, const std::string& host);

}  // namespace freshet
