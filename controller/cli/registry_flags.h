// Flags of `freshet controller` about registries: how they are reached, and with which credentials.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/exchanges.h"
#include "controller/cli/context.h"
#include "controller/runtime/controller.h"

namespace CLI {
class App;
}

namespace freshet {

struct RegistryFlags {
  std::vector<std::string> plain_http;
  std::vector<std::string> private_registries;
  std::vector<std::string> token_hosts;
  std::vector<std::string> rates;
  std::string ca_file;
  std::string docker_config;
  std::string helper_timeout = "10s";
};
void add_registry_flags(CLI::App& command, RegistryFlags& flags);

// What the poller is told of registries.
Status fill_in(ControllerOptions& options, const RegistryFlags& flags);
// Exchanges with registries: what a registry or its token service names must be public, unless the
// operator listed it.
Result<std::unique_ptr<HttpExchanges>> registry_exchanges(const RegistryFlags& flags,
                                                          const std::set<std::string>& plain_http,
                                                          const EgressProxy& egress);
// What the controller reads its own credentials with; a bad file or limit is told at the start.
Result<Connections> with_credentials(Connections connections, const Context& context,
                                     const RegistryFlags& flags);

}  // namespace freshet
