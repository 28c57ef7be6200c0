// freshet preflight: the adoption checks, before anything is tracked.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "controller/cli/cluster.h"
#include "controller/cli/commands.h"
#include "controller/cli/flags.h"
#include "controller/cli/preflight.h"
#include "controller/cli/prometheus_flags.h"
#include "controller/cli/registry_access.h"
#include "controller/knative/views.h"
#include "controller/runtime/credential_reading.h"
#include "controller/runtime/follow.h"
#include "controller/runtime/paths.h"

namespace freshet {
namespace {

struct PreflightOptions {
  std::string service;
  PrometheusAccess prometheus;
  std::vector<std::string> plain_http;
  ClusterFlags cluster;
};

// The TrackedService that follows it, if there is one: its settings are the ones to check by.
void read_tracked(ClusterConnection& cluster, PreflightFacts& facts) {
  const auto fleet = read_fleet(cluster, cluster.name_space);
  if (!fleet) {
    facts.tracked_problem = fleet.error();
    return;
  }
  for (const ServiceDetail& one : *fleet) {
    if (service_name(one) != facts.key.name || !one.problems.empty()) continue;
    facts.tracked_by = one.tracked.name;
    facts.spec = one.tracked.spec;
  }
}

void read_knative(ClusterConnection& cluster, PreflightFacts& facts) {
  const auto service = cluster.kube->get(service_path(facts.key));
  if (!service) {
    facts.service = service.error();
    return;
  }
  facts.service = service_view(service->body);
  const auto revisions =
      cluster.kube->list(with_query(revisions_path(facts.key.name_space), "labelSelector",
                                    "serving.knative.dev/service=" + facts.key.name));
  if (!revisions) return;
  for (const Json& object : revisions->items) {
    if (auto view = revision_view(object)) facts.revisions.push_back(std::move(*view));
  }
}

// With the credentials that the controller would use, as far as the user may read them.
PreflightFacts::Image read_image(Context& context, const PreflightOptions& options,
                                 ClusterConnection& cluster, const DockerConfig& config,
                                 const FollowedImage& image) {
  const CredentialNeed need{cluster.name_space, image.reference, image.pull_secrets};
  DeniedReads needed{{}, image.pull_secrets.service_account, refused_account("")};
  const auto read = [&](const SourceKey& key) {
    if (key.kind == SourceKind::kSecret) needed.secrets.push_back(key.name);
    auto content = read_source(key, {*cluster.kube, nullptr, nullptr});
    if (content) return *std::move(content);
    SourceContent nothing;
    nothing.problem = content.error().message;
    return nothing;
  };
  const auto candidates = candidates_with(context, config, need, read);
  auto resolved =
      resolve_with(context, image.reference, options.plain_http, candidates, image.follow);
  if (!resolved) return {image, resolved.error()};
  const bool is_secret = resolved->identity.starts_with(cluster.name_space + "/");
  return {image, std::move(resolved->image), is_secret ? resolved->identity : "",
          is_secret ? grant_command(cluster.name_space, needed) : ""};
}

void read_images(Context& context, const PreflightOptions& options, ClusterConnection& cluster,
                 PreflightFacts& facts) {
  const auto followed = followed_images(facts.spec, *facts.service);
  if (!followed) {
    facts.images = followed.error();
    return;
  }
  const auto config = docker_config(context);
  for (const FollowedImage& image : *followed) {
    facts.images->push_back(
        config ? read_image(context, options, cluster, *config, image)
               : PreflightFacts::Image{image, ResolvedImage(credentials_failure(config.error()))});
  }
}

void read_metrics(Context& context, const PreflightOptions& options, PreflightFacts& facts) {
  const auto serving = sole_revision(*facts.service);
  if (options.prometheus.url.empty() || !serving) return;
  const auto prometheus = prometheus_source(context, options.prometheus);
  if (!prometheus) {
    facts.metrics = Result<FoundMetrics>(prometheus.error());
    return;
  }
  MetricsSource& source = *(*prometheus)->source;
  const RevisionKey revision{facts.key.name_space, serving->get()};
  facts.metrics = source.find(revision);
  if (!*facts.metrics || (*facts.metrics)->dialect == nullptr) return;
  if (const auto seen = source.sees_activators(*(*facts.metrics)->dialect)) {
    facts.sees_activators = *seen;
  }
  if (const auto seen = source.sees_several_clusters(*(*facts.metrics)->dialect, revision)) {
    facts.sees_several_clusters = *seen;
  }
}

int run_preflight(PreflightOptions& options, Context& context) {
  auto access = checked(std::move(options.prometheus));
  if (!access) return report(context, access.error());
  options.prometheus = *std::move(access);
  auto cluster = connect(context, options.cluster);
  if (!cluster) return report(context, cluster.error());
  PreflightFacts facts;
  facts.key = {(*cluster)->name_space, options.service};
  read_tracked(**cluster, facts);
  if (facts.tracked_problem && facts.tracked_problem->kind == ErrorKind::kTransient) {
    return report(context, *facts.tracked_problem);
  }
  read_knative(**cluster, facts);
  if (facts.service) {
    read_images(context, options, **cluster, facts);
    read_metrics(context, options, facts);
  }
  const auto lines = preflight_lines(facts, context.clock.now());
  context.out.print(preflight_text(lines, context.out.colours));
  return passes(lines) ? kDone : kFailed;
}

}  // namespace

void add_preflight_command(CLI::App& app, Context& context) {
  auto options = std::make_shared<PreflightOptions>();  // lives as long as the callback below
  CLI::App* command =
      app.add_subcommand("preflight", "Tell whether a service can be adopted, and what is missing");
  command->add_option("SERVICE", options->service, "Knative Service")->required();
  add_prometheus_flags(*command, options->prometheus);
  command->add_option("--plain-http", options->plain_http, "Registry to speak to without TLS")
      ->type_name("HOST:PORT");
  add_cluster_flags(*command, options->cluster);
  add_examples(*command, context,
               {"preflight checkout -n shop --prometheus http://localhost:9090"});
  command->callback([options, &context] { context.exit_code = run_preflight(*options, context); });
}

}  // namespace freshet
