// From flags to a connection, and from errors to exit codes.
#include "controller/cli/context.h"

#include <mutex>
#include <random>

#include "base/files.h"
#include "controller/runtime/program.h"

namespace freshet {
namespace {

constexpr Duration kHelperTimeout = seconds(10);

std::unique_ptr<TokenSource> tokens_for(const Context& context, const ClusterAccess& access) {
  if (access.login) {
    return std::make_unique<TokenSource>([login = *access.login, run = context.run_program,
                                          has_terminal = context.out.asks,
                                          origin = access.origin]() -> Result<KubeCredential> {
      auto shown = log_in(login, has_terminal, run);
      if (!shown) return with_context(origin, shown.error());
      return shown;
    });
  }
  if (access.token_file.empty()) return std::make_unique<TokenSource>(access.token);
  return std::make_unique<TokenSource>(access.token_file, context.sources.read);
}

// Where the certificate has another name than the server, requests are addressed to that name: TLS
// asks for it and verifies it. The connection, and the Host header, go where they went.
void name_server(const ClusterAccess& access, NetOptions& net, KubeClientOptions& options) {
  options.server = access.server;
  const auto url = parse_url(access.server);
  if (access.tls_server_name.empty() || !url) return;
  const bool is_v6 = url->host.find(':') != std::string::npos;
  const std::string port = ":" + std::to_string(url->port);
  net.connect_to = (is_v6 ? "[" + url->host + "]" : url->host) + port;
  options.headers.push_back({"Host", net.connect_to});
  const std::string path = url->target == "/" ? "" : url->target;
  options.server = "https://" + access.tls_server_name + port + path;
}

}  // namespace

Context machine_context(Terminal& out, const Clock& clock) {
  return {out,
          clock,
          [](Duration d) { sleep_for(d); },
          [] { return false; },
          machine_sources(),
          [](NetOptions net) { return make_curl_transport(std::move(net)); },
          helper_runner(clock, kHelperTimeout),
          program_runner(clock)};
}

std::function<double()> machine_dice() {
  struct Dice {
    std::mutex mutex;
    std::mt19937_64 engine{std::random_device{}()};
  };
  return [dice = std::make_shared<Dice>()] {
    const std::lock_guard lock(dice->mutex);
    return std::uniform_real_distribution<double>(0, 1)(dice->engine);
  };
}

Context with_clock(const Context& context, const Clock& clock) {
  return {context.out,        clock,
          context.sleep,      context.stop,
          context.sources,    context.make_transport,
          context.ask_helper, context.run_program,
          context.program,    context.exit_code};
}

int exit_code_for(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kTransient:
    case ErrorKind::kTimeout: return kUnreachable;
    case ErrorKind::kBadInput: return kUsage;
    case ErrorKind::kPermanent:
    case ErrorKind::kNotFound:
    case ErrorKind::kConflict:
    case ErrorKind::kGone:
    case ErrorKind::kUnauthorized:
    case ErrorKind::kForbidden:
    case ErrorKind::kRateLimited:
    case ErrorKind::kRefused: return kFailed;
  }
  return kFailed;
}

int report(Context& context, const Error& error) {
  context.out.complain(error.message);
  return exit_code_for(error);
}

Result<std::unique_ptr<ClusterConnection>> connect(Context& context, const ClusterFlags& flags,
                                                   NetOptions net) {
  Result<ClusterAccess> access = find_cluster_access(flags.kube, context.sources);
  if (!access) {
    // Whatever is wrong, it is with what the user wrote: no server was asked yet.
    return make_error(ErrorKind::kBadInput, access.error().message);
  }
  net.only_ca_pem = access->ca_pem;
  net.insecure_skip_verify = access->insecure_skip_verify;
  net.client_certificate_pem = access->client_certificate_pem;
  net.client_key_pem = access->client_key_pem;
  net.proxy = access->proxy;
  net.addresses.allow_private = true;  // the user named this server
  KubeClientOptions options;
  options.headers = access->headers;
  name_server(*access, net, options);
  Result<std::unique_ptr<HttpTransport>> transport = context.make_transport(std::move(net));
  if (!transport) return with_context(access->origin, transport.error());

  auto connection = std::make_unique<ClusterConnection>();
  connection->origin = access->origin;
  connection->name_space = flags.name_space.empty() ? access->name_space : flags.name_space;
  connection->transport = std::move(*transport);
  connection->tokens = tokens_for(context, *access);
  connection->kube = std::make_unique<KubeClient>(*connection->transport, *connection->tokens,
                                                  context.clock, std::move(options));
  return connection;
}

}  // namespace freshet
