// `freshet controller`: runs against a cluster until SIGTERM or SIGINT.
#include <CLI/CLI.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "config/crd.h"
#include "controller/cli/api_listener.h"
#include "controller/cli/commands.h"
#include "controller/cli/context.h"
#include "controller/cli/egress_flags.h"
#include "controller/cli/flags.h"
#include "controller/cli/fleet_flags.h"
#include "controller/cli/gate_flags.h"
#include "controller/cli/limits.h"
#include "controller/cli/notifier.h"
#include "controller/cli/prometheus_flags.h"
#include "controller/cli/registry_flags.h"
#include "controller/cli/replica.h"
#include "controller/cli/stop_signals.h"
#include "controller/cli/webhook_listener.h"
#include "controller/runtime/controller.h"
#include "controller/runtime/definition.h"
#include "controller/runtime/paths.h"
#include "controller/runtime/run.h"
#include "controller/server/probe_server.h"

namespace freshet {

namespace {

constexpr Duration kWatchTimeout = minutes(5);

struct Flags {
  ClusterFlags cluster;
  std::vector<std::string> namespaces;
  PrometheusAccess prometheus;
  RegistryFlags registries;
  EgressFlags egress;
  std::string max_image_size = "64Gi";
  std::string listen = ":9080";
  ApiFlags api;
  WebhookFlags webhooks;
  GateFlags gates;
  NotificationFlags notifications;
  ElectionFlags election;
  std::string analysis_interval = "10s";
  int workers = 4;
  FleetFlags fleet;
  std::string log_format = "text";
};

Result<ControllerOptions> options_from(const Flags& flags) {
  ControllerOptions options;
  options.namespaces = flags.namespaces;
  options.prometheus_url = flags.prometheus.url;
  options.prometheus_matchers = flags.prometheus.matchers;
  const auto interval = parse_duration(flags.analysis_interval);
  if (!interval) return with_context("--analysis-interval", interval.error());
  if (*interval < seconds(1) || *interval > minutes(5)) {
    return bad_input("--analysis-interval is " + flags.analysis_interval + "; allowed: 1s to 5m");
  }
  options.analysis_interval = *interval;
  if (Status filled = fill_in(options, flags.registries); !filled) return filled.error();
  const auto size = byte_size("--max-image-size", flags.max_image_size);
  if (!size) return size.error();
  options.max_image_bytes = *size;
  const Status times = check_lease_times(flags.election.times);
  if (!times) return with_context("--leader-elect", times.error());
  options.workers = flags.workers;
  options.follows_another = flags.election.is_on;
  const auto fleet = fleet_limits(flags.fleet);
  if (!fleet) return fleet.error();
  options.fleet = *fleet;
  auto key = api_key(flags.api);
  if (!key) return key.error();
  options.order_key = *std::move(key);
  return options;
}

// What runs beside the controller and only shows or hears.
struct Servers {
  std::unique_ptr<ProbeServer> probes;
  std::unique_ptr<WebhookListener> webhooks;
};

Result<Servers> start_servers(const Flags& flags, std::vector<WebhookReceiver> receivers,
                              const EgressProxy& egress, const Context& context,
                              const Watches& watches, const Replica& replica,
                              Controller& controller, Metrics& metrics, const Log& log) {
  Servers servers;
  const auto unready = [&watches]() -> std::string {
    if (watches.in_sync()) return "";
    const std::string error = watches.error();
    return error.empty() ? "watches are not in sync yet" : error;
  };
  auto probes = start_probe_server(flags.listen, context.clock,
                                   {.healthy = [] { return true; },
                                    .unready = unready,
                                    .metrics =
                                        [&] {
                                          metrics.set_leader(acts(watches, replica.election.get()));
                                          return metrics.render(context.clock.now());
                                        },
                                    .role = [&] { return replica.role(); }});
  if (!probes) return probes.error();
  servers.probes = *std::move(probes);
  auto webhooks = WebhookListener::start(
      flags.webhooks, std::move(receivers), context.clock, controller, metrics, log,
      [&replica] { return replica.acts(); }, egress);
  if (!webhooks) return webhooks.error();
  servers.webhooks = *std::move(webhooks);
  return servers;
}

void tell_definitions(KubeClient& kube, const Log& log) {
  for (const Json& own : crds()) {
    const auto installed = kube.get(definition_path(string_or(own["metadata"], "name")));
    const std::string other =
        installed ? other_definition(installed->body, own) : installed.error().message;
    if (!other.empty()) log({LogLevel::kWarning, "OtherDefinition", {{"reason", other}}});
    if (!installed) return;  // and so it is with the others
  }
}

Result<EgressProxy> egress_of(const EgressFlags& flags, const Context& context, const Log& log) {
  auto found = find_egress(flags, context.sources);
  if (!found) return found.error();
  if (!found->ignored.empty()) {
    log({LogLevel::kWarning, "ProxyNotUsed", {{"reason", found->ignored}}});
  }
  return std::move(found->proxy);
}

Result<int> run(Context& machine, Flags& flags) {
  // A machine whose wall clock is set anew neither hurries nor holds up what is under way.
  const SteadyClock clock(machine.clock);
  Context context = with_clock(machine, clock);
  auto access = checked(std::move(flags.prometheus));
  if (!access) return access.error();
  flags.prometheus = *std::move(access);
  auto options = options_from(flags);
  if (!options) return options.error();
  auto receivers = webhook_receivers(flags.webhooks);
  if (!receivers) return receivers.error();
  Replica replica;
  const auto stop = [&replica, signalled = until_stopped(context)] {
    return signalled() || !replica.lost().empty();
  };
  std::signal(SIGPIPE, SIG_IGN);

  Metrics metrics;
  const Log log = standard_log(flags.log_format == "json" ? LogFormat::kJson : LogFormat::kText);
  const auto egress = egress_of(flags.egress, context, log);
  if (!egress) return egress.error();
  const auto notifier = make_notifier(flags.notifications, context, metrics, log, *egress);
  if (!notifier) return notifier.error();
  NetOptions net;
  net.stop = stop;
  net.on_exchange = [&](std::string_view, int status) { metrics.count_kube_request(status); };
  auto cluster = connect(context, flags.cluster, std::move(net));
  if (!cluster) return cluster.error();
  auto prometheus = connect_prometheus(context, flags.prometheus);
  if (!prometheus) return prometheus.error();
  auto registry = registry_exchanges(flags.registries, options->plain_http, *egress);
  if (!registry) return registry.error();

  replica = make_replica(flags.election, context, **cluster, log);
  auto connections =
      with_credentials({*replica.kube, **registry, **prometheus}, context, flags.registries);
  if (!connections) return connections.error();
  const auto gates = gate_exchanges(flags.gates);
  if (!gates) return gates.error();
  connections->gates = gates->get();
  connections->notifications = notifier->notifications.get();
  Controller controller(*options, *std::move(connections), context.clock, metrics, log);
  Watches watches(*replica.kube, context.clock, controller, options->namespaces, kWatchTimeout,
                  machine_dice());
  const auto servers = start_servers(flags, *std::move(receivers), *egress, machine, watches,
                                     replica, controller, metrics, log);
  if (!servers) return servers.error();
  const auto api = ApiListener::start(flags.api, options->order_key, *(*cluster)->kube, controller,
                                      machine.clock, metrics, log);
  if (!api) return api.error();
  tell_definitions(*replica.kube, log);
  log({LogLevel::kInfo,
       "Started",
       {{"cluster", (*cluster)->origin},
        {"listen", flags.listen},
        {"webhooks", servers->webhooks->address()},
        {"api", (*api)->address()},
        {"prometheus", options->prometheus_url},
        {"proxy", egress->url}}});
  run_until_stopped(watches, controller, context.clock, options->workers, stop,
                    replica.election.get());
  if (const std::string lost = replica.lost(); !lost.empty()) {
    return make_error(ErrorKind::kPermanent, lost);
  }
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
  add_registry_flags(*command, flags->registries);
  add_egress_flags(*command, flags->egress);
  command
      ->add_option("--max-image-size", flags->max_image_size,
                   "Compressed layers of a new image together, 1Mi to 1024Gi; a larger one is not "
                   "rolled out")
      ->capture_default_str();
  command->add_option("--listen", flags->listen, "Address of probes and metrics")
      ->capture_default_str();
  add_api_flags(*command, flags->api);
  add_webhook_flags(*command, flags->webhooks);
  add_gate_flags(*command, flags->gates);
  add_notification_flags(*command, flags->notifications);
  add_election_flags(*command, flags->election);
  command
      ->add_option("--analysis-interval", flags->analysis_interval,
                   "Time between two looks at an active rollout, 1s to 5m")
      ->capture_default_str();
  command->add_option("--workers", flags->workers, "Services worked on at once")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  add_fleet_flags(*command, flags->fleet);
  add_choice(command->add_option("--log-format", flags->log_format, "Form of the log"),
             {"text", "json"})
      ->capture_default_str();
  command->callback([&context, flags] {
    const auto ended = run(context, *flags);
    context.exit_code = ended ? *ended : report(context, ended.error());
  });
}

}  // namespace freshet
