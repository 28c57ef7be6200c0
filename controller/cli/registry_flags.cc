// Registries as the operator describes them.
#include "controller/cli/registry_flags.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "base/files.h"
#include "base/text.h"
#include "controller/cli/limits.h"
#include "controller/net/curl_exchanges.h"
#include "controller/registry/endpoint.h"
#include "controller/runtime/program.h"

namespace freshet {

namespace {

constexpr std::size_t kMaxRegistryCaBytes = 1 << 20;

}  // namespace

void add_registry_flags(CLI::App& command, RegistryFlags& flags) {
  command
      .add_option("--plain-http", flags.plain_http,
                  "Registry host:port spoken to without TLS (repeatable)")
      ->envname("FRESHET_PLAIN_HTTP")
      ->delimiter(',');
  command.add_option("--private-registry", flags.private_registries,
                     "Registry host that may have a private address (repeatable)");
  command
      .add_option("--token-host", flags.token_hosts,
                  "REGISTRY=HOST: a token service of another domain that gets the registry's "
                  "credentials (repeatable)")
      ->envname("FRESHET_TOKEN_HOSTS")
      ->delimiter(',');
  command.add_option("--registry-rate", flags.rates,
                     "HOST[:PORT]=N: requests a second, 1 to 1000, that a registry may be asked "
                     "as one identity (repeatable; default: 10)");
  command.add_option("--registry-ca", flags.ca_file, "PEM file trusted for registries");
  command.add_option("--docker-config", flags.docker_config,
                     "docker config.json with registry credentials; read again when it changes");
  command
      .add_option("--credential-helper-timeout", flags.helper_timeout,
                  "Time that a docker-credential-* helper may take, 1s to 1m")
      ->capture_default_str();
}

Status fill_in(ControllerOptions& options, const RegistryFlags& flags) {
  auto plain_http = parse_plain_http(join(flags.plain_http, ","));
  if (!plain_http) return with_context("--plain-http", plain_http.error());
  options.plain_http = *std::move(plain_http);
  auto token_hosts = parse_token_hosts(join(flags.token_hosts, ","));
  if (!token_hosts) return with_context("--token-host", token_hosts.error());
  options.token_hosts = *std::move(token_hosts);
  auto rates = registry_rates(flags.rates);
  if (!rates) return rates.error();
  options.registry_rates = *std::move(rates);
  return {};
}

Result<std::unique_ptr<HttpExchanges>> registry_exchanges(const RegistryFlags& flags,
                                                          const std::set<std::string>& plain_http,
                                                          const EgressProxy& egress) {
  NetOptions net;
  net.egress = egress;
  if (!flags.ca_file.empty()) {
    auto ca = read_file(flags.ca_file, kMaxRegistryCaBytes);
    if (!ca) return with_context("--registry-ca", ca.error());
    net.extra_ca_pem = *std::move(ca);
  }
  net.addresses.private_hosts = flags.private_registries;
  for (const std::string& host : plain_http) net.addresses.private_hosts.push_back(host);
  return make_curl_exchanges(std::move(net));
}

Result<Connections> with_credentials(Connections connections, const Context& context,
                                     const RegistryFlags& flags) {
  const auto limit = parse_duration(flags.helper_timeout);
  if (!limit) return with_context("--credential-helper-timeout", limit.error());
  if (*limit < seconds(1) || *limit > minutes(1)) {
    return bad_input("--credential-helper-timeout is " + flags.helper_timeout +
                     "; allowed: 1s to 1m");
  }
  connections.ask_helper = helper_runner(context.clock, *limit);
  if (flags.docker_config.empty()) return connections;
  connections.docker_config = [path = flags.docker_config] {
    return read_file(path, kMaxDockerConfigBytes);
  };
  const auto text = connections.docker_config();
  if (!text) return with_context("--docker-config", text.error());
  const auto parsed = parse_docker_config(*text, flags.docker_config);
  if (!parsed) return with_context("--docker-config", parsed.error());
  return connections;
}

}  // namespace freshet
