// `freshet controller`: runs against a cluster until SIGTERM or SIGINT.
#include <CLI/CLI.hpp>
#include <csignal>
#include <random>
#include <set>

#include "base/files.h"
#include "base/text.h"
#include "controller/cli/commands.h"
#include "controller/cli/context.h"
#include "controller/cli/flags.h"
#include "controller/cli/prometheus_flags.h"
#include "controller/cli/stop_signals.h"
#include "controller/cli/webhook_listener.h"
#include "controller/net/curl_exchanges.h"
#include "controller/registry/endpoint.h"
#include "controller/runtime/controller.h"
#include "controller/runtime/definition.h"
#include "controller/runtime/paths.h"
#include "controller/runtime/program.h"
#include "controller/runtime/run.h"
#include "controller/server/probe_server.h"

namespace freshet {

namespace {

constexpr std::size_t kMaxCaBytes = 1 << 20;
constexpr Duration kWatchTimeout = minutes(5);

struct Flags {
  ClusterFlags cluster;
  std::vector<std::string> namespaces;
  PrometheusAccess prometheus;
  std::string registry_ca;
  std::vector<std::string> plain_http;
  std::vector<std::string> private_registries;
  std::vector<std::string> registry_rates;
  std::string docker_config;
  std::string helper_timeout = "10s";
  std::string max_image_size = "64Gi";
  std::string listen = ":9080";
  WebhookFlags webhooks;
  std::string analysis_interval = "10s";
  int workers = 4;
  int max_rollouts = 50;
  int max_rollouts_per_namespace = 10;
  std::string log_format = "text";
};

// "HOST[:PORT]=N" of each.
Result<std::map<std::string, double>> registry_rates(const std::vector<std::string>& texts) {
  std::map<std::string, double> rates;
  for (const std::string& text : texts) {
    const auto at = text.find('=');
    const auto rate = at == text.npos ? std::nullopt : parse_whole(text.substr(at + 1));
    if (at == 0 || !rate || *rate < 1 || *rate > kMostRequestsPerSecond) {
      return bad_input("--registry-rate is " + text +
                       "; allowed: HOST[:PORT]=N, where N is a whole number from 1 to 1000");
    }
    rates[text.substr(0, at)] = static_cast<double>(*rate);
  }
  return rates;
}

// "500Mi", "64Gi".
Result<std::int64_t> image_size(const std::string& text) {
  constexpr std::int64_t kMost = 1024;
  const bool giga = text.ends_with("Gi");
  const std::string digits = text.substr(0, text.size() - std::min<std::size_t>(2, text.size()));
  const auto number = giga || text.ends_with("Mi") ? parse_whole(digits) : std::nullopt;
  if (!number || *number < 1 || *number > (giga ? kMost : kMost * kMost)) {
    return bad_input("--max-image-size is " + printable(text, 40) +
                     "; allowed: 1Mi to 1024Gi, as in 500Mi or 2Gi");
  }
  return *number << (giga ? 30 : 20);
}

Result<ControllerOptions> options_from(const Flags& flags) {
  ControllerOptions options;
  options.namespaces = flags.namespaces;
  options.prometheus_url = flags.prometheus.url;
  const auto interval = parse_duration(flags.analysis_interval);
  if (!interval) return with_context("--analysis-interval", interval.error());
  if (*interval < seconds(1) || *interval > minutes(5)) {
    return bad_input("--analysis-interval is " + flags.analysis_interval + "; allowed: 1s to 5m");
  }
  options.analysis_interval = *interval;
  auto plain_http = parse_plain_http(join(flags.plain_http, ","));
  if (!plain_http) return with_context("--plain-http", plain_http.error());
  options.plain_http = *std::move(plain_http);
  auto rates = registry_rates(flags.registry_rates);
  if (!rates) return rates.error();
  options.registry_rates = *std::move(rates);
  const auto size = image_size(flags.max_image_size);
  if (!size) return size.error();
  options.max_image_bytes = *size;
  options.workers = flags.workers;
  options.max_rollouts = flags.max_rollouts;
  options.max_rollouts_per_namespace = flags.max_rollouts_per_namespace;
  return options;
}

// What the controller reads its own credentials with; a bad file or limit is told at the start.
Result<Connections> with_credentials(Connections connections, Context& context,
                                     const Flags& flags) {
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

Result<std::string> optional_file(const std::string& path) {
  if (path.empty()) return std::string();
  return read_file(path, kMaxCaBytes);
}

// Exchanges with registries: what a registry or its token service names must be public, unless the
// operator listed it.
Result<std::unique_ptr<HttpExchanges>> registry_exchanges(const Flags& flags,
                                                          const std::set<std::string>& plain_http) {
  NetOptions net;
  auto ca = optional_file(flags.registry_ca);
  if (!ca) return with_context("--registry-ca", ca.error());
  net.extra_ca_pem = *std::move(ca);
  net.addresses.private_hosts = flags.private_registries;
  for (const std::string& host : plain_http) net.addresses.private_hosts.push_back(host);
  return make_curl_exchanges(std::move(net));
}

Result<int> run(Context& context, Flags& flags) {
  auto access = checked(std::move(flags.prometheus));
  if (!access) return access.error();
  flags.prometheus = *std::move(access);
  auto options = options_from(flags);
  if (!options) return options.error();
  auto receivers = webhook_receivers(flags.webhooks);
  if (!receivers) return receivers.error();
  const auto stop = until_stopped(context);
  std::signal(SIGPIPE, SIG_IGN);

  Metrics metrics;
  NetOptions net;
  net.stop = stop;
  net.on_exchange = [&metrics](std::string_view, int status) {
    metrics.count_kube_request(status);
  };
  auto cluster = connect(context, flags.cluster, std::move(net));
  if (!cluster) return cluster.error();
  auto prometheus = connect_prometheus(context, flags.prometheus);
  if (!prometheus) return prometheus.error();
  auto registry = registry_exchanges(flags, options->plain_http);
  if (!registry) return registry.error();

  const Log log = standard_log(flags.log_format == "json" ? LogFormat::kJson : LogFormat::kText);
  KubeClient& kube = *(*cluster)->kube;
  auto connections = with_credentials({kube, **registry, **prometheus}, context, flags);
  if (!connections) return connections.error();
  Controller controller(*options, *std::move(connections), context.clock, metrics, log);
  std::mt19937_64 engine{std::random_device{}()};
  std::mutex engine_mutex;
  const auto random = [&] {
    const std::lock_guard lock(engine_mutex);
    return std::uniform_real_distribution<double>(0, 1)(engine);
  };
  Watches watches(kube, context.clock, controller, options->namespaces, kWatchTimeout, random);
  const auto unready = [&]() -> std::string {
    if (watches.in_sync()) return "";
    const std::string error = watches.error();
    return error.empty() ? "watches are not in sync yet" : error;
  };
  auto server = start_probe_server(
      flags.listen,
      {[] { return true; }, unready, [&] { return metrics.render(context.clock.now()); }});
  if (!server) return server.error();
  auto webhooks = WebhookListener::start(flags.webhooks, *std::move(receivers), context.clock,
                                         controller, metrics, log);
  if (!webhooks) return webhooks.error();
  const auto definition = kube.get(kTrackedServicesCrdPath);
  const std::string other =
      definition ? other_definition(definition->body) : definition.error().message;
  if (!other.empty()) log({LogLevel::kWarning, "OtherDefinition", {{"reason", other}}});
  log({LogLevel::kInfo,
       "Started",
       {{"cluster", (*cluster)->origin},
        {"listen", flags.listen},
        {"webhooks", (*webhooks)->address()},
        {"prometheus", options->prometheus_url}}});
  run_until_stopped(watches, controller, context.clock, options->workers, stop);
  log({LogLevel::kInfo, "Stopped", {}});
  return kDone;
}

}  // namespace

void add_controller_command(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("controller", "Run against a cluster until SIGTERM");
  auto flags = std::make_shared<Flags>();
  add_cluster_flags(*command, flags->cluster);
  command->add_option("--watch-namespace", flags->namespaces,
                      "Watch only this namespace (repeatable; default: all)");
  add_prometheus_flags(*command, flags->prometheus);
  command
      ->add_option("--plain-http", flags->plain_http,
                   "Registry host:port spoken to without TLS (repeatable)")
      ->envname("FRESHET_PLAIN_HTTP")
      ->delimiter(',');
  command->add_option("--private-registry", flags->private_registries,
                      "Registry host that may have a private address (repeatable)");
  command->add_option("--registry-rate", flags->registry_rates,
                      "HOST[:PORT]=N: requests a second, 1 to 1000, that a registry may be asked "
                      "as one identity (repeatable; default: 10)");
  command->add_option("--registry-ca", flags->registry_ca, "PEM file trusted for registries");
  command->add_option("--docker-config", flags->docker_config,
                      "docker config.json with registry credentials; read again when it changes");
  command
      ->add_option("--credential-helper-timeout", flags->helper_timeout,
                   "Time that a docker-credential-* helper may take, 1s to 1m")
      ->capture_default_str();
  command
      ->add_option("--max-image-size", flags->max_image_size,
                   "Compressed layers of a new image together, 1Mi to 1024Gi; a larger one is not "
                   "rolled out")
      ->capture_default_str();
  command->add_option("--listen", flags->listen, "Address of probes and metrics")
      ->capture_default_str();
  add_webhook_flags(*command, flags->webhooks);
  command
      ->add_option("--analysis-interval", flags->analysis_interval,
                   "Time between two looks at an active rollout, 1s to 5m")
      ->capture_default_str();
  command->add_option("--workers", flags->workers, "Services worked on at once")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--max-rollouts", flags->max_rollouts, "Rollouts at once in the cluster")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command
      ->add_option("--max-rollouts-per-namespace", flags->max_rollouts_per_namespace,
                   "Rollouts at once in one namespace")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_option("--log-format", flags->log_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([&context, flags] {
    const auto ended = run(context, *flags);
    context.exit_code = ended ? *ended : report(context, ended.error());
  });
}

}  // namespace freshet
