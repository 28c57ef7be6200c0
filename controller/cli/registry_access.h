// How the command line asks a registry: settings of the environment, docker's credentials.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "controller/cli/context.h"
#include "controller/registry/credentials.h"
#include "controller/registry/resolve.h"

namespace freshet {

// FRESHET_PLAIN_HTTP and `plain_http` (host:port each), FRESHET_TIMEOUT (seconds for a whole
// resolution). kBadInput where one of them cannot be read.
Result<RegistryOptions> registry_options(Context& context,
                                         const std::vector<std::string>& plain_http);
// config.json in DOCKER_CONFIG, else in ~/.docker; empty if there is none.
Result<DockerConfig> docker_config(Context& context);

// One resolution over a transport of its own; FRESHET_CA_FILE is trusted besides the system's.
// An Error is about the words or files given, before anything was sent.
using ResolvedImage = std::variant<Confirmed, RegistryFailure>;
Result<ResolvedImage> resolve_reference(Context& context, const std::string& reference,
                                        const std::vector<std::string>& plain_http);

}  // namespace freshet
