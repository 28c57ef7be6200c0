// From flags to a connection, and from errors to exit codes.
#include "controller/cli/context.h"

#include <mutex>
#include <random>

#include "base/files.h"
#include "controller/runtime/program.h"

namespace freshet {
namespace {

constexpr Duration kHelperTimeout = seconds(10);

}  // namespace

Context machine_context(Terminal& out, const Clock& clock) {
  return {out,
          clock,
          [](Duration d) { sleep_for(d); },
          [] { return false; },
          machine_sources(),
          [](NetOptions net) { return make_curl_transport(std::move(net)); },
          helper_runner(clock, kHelperTimeout)};
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
  return {context.out,        clock,           context.sleep,
          context.stop,       context.sources, context.make_transport,
          context.ask_helper, context.program, context.exit_code};
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
  Result<std::unique_ptr<HttpTransport>> transport = context.make_transport(std::move(net));
  if (!transport) return with_context(access->origin, transport.error());

  auto connection = std::make_unique<ClusterConnection>();
  connection->origin = access->origin;
  connection->name_space = flags.name_space.empty() ? access->name_space : flags.name_space;
  connection->transport = std::move(*transport);
  connection->tokens = access->token_file.empty() ? std::make_unique<TokenSource>(access->token)
                                                  : std::make_unique<TokenSource>(
                                                        access->token_file, context.sources.read);
  KubeClientOptions options;
  options.server = access->server;
  connection->kube = std::make_unique<KubeClient>(*connection->transport, *connection->tokens,
                                                  context.clock, std::move(options));
  return connection;
}

}  // namespace freshet
