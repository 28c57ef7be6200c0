// The table of dialects, and what to do where none is found.
#include "analysis/dialect.h"

#include <fmt/format.h>

#include <array>

namespace freshet {
namespace {

// Since Knative 1.19. The queue-proxy adds kn_route_tag to every request that is no probe; the
// activator, and programs of users with the same instrumentation, do not.
constexpr Dialect open_telemetry(std::string_view name, std::string_view says,
                                 std::string_view revision, std::string_view name_space) {
  Dialect d;
  d.name = name;
  d.says = says;
  d.histogram = "http_server_request_duration_seconds_bucket";
  d.only = R"(kn_route_tag!="")";
  d.inner =
      "kn_serving_invocation_duration_seconds_bucket|kn_queueproxy_app_duration_seconds_bucket";
  d.revision = revision;
  d.name_space = name_space;
  d.pod = "k8s_pod_name";
  d.code = "http_response_status_code";
  d.route_tag = "kn_route_tag";
  d.host = "server_address";
  d.activator = "http_server_request_duration_seconds_count";
  d.activator_only = R"(kn_route_tag="")";
  d.activator_revision = "kn_revision_name";
  d.activator_name_space = "k8s_namespace_name";
  return d;
}

constexpr Dialect joined(Dialect d) {
  d.joined = true;
  return d;
}

// Until Knative 1.18.
constexpr Dialect open_census() {
  Dialect d;
  d.name = "OpenCensus";
  d.says = "revision_request_latencies of Knative 1.18 or earlier";
  d.histogram = "revision_request_latencies_bucket";
  d.unit = 0.001;
  d.inner = "revision_app_request_latencies_bucket";
  d.revision = "revision_name";
  d.name_space = "namespace_name";
  d.pod = "pod_name";
  d.code = "response_code";
  d.route_tag = "route_tag";
  d.activator = "activator_request_count";
  d.activator_revision = "revision_name";
  d.activator_name_space = "namespace_name";
  return d;
}

constexpr std::array<Dialect, 4> kDialects = {
    open_telemetry("promoted labels",
                   "http_server_request_duration_seconds, the Revision as a label of the series",
                   "kn_revision_name", "k8s_namespace_name"),
    open_telemetry("pod labels",
                   "http_server_request_duration_seconds, the Revision as a label of the pod",
                   "serving_knative_dev_revision", "namespace"),
    joined(open_telemetry("target_info",
                          "http_server_request_duration_seconds, the Revision from target_info",
                          "kn_revision_name", "k8s_namespace_name")),
    open_census(),
};

constexpr std::string_view kKeepOuter =
    "keep http_server_request_duration_seconds (before Knative 1.19: revision_request_latencies)\n"
    "where the scrape drops series: metricRelabelings of its PodMonitor\n"
    "or go without metrics: analysis.mode: ReadinessOnly";
constexpr std::string_view kNameRevision =
    "give the PodMonitor of the queue-proxies\n"
    "  podTargetLabels: [serving.knative.dev/revision]\n"
    "or keep target_info of the same scrape\n"
    "or go without metrics: analysis.mode: ReadinessOnly";
constexpr std::string_view kExportAndScrape =
    "kubectl patch configmap config-observability -n knative-serving --type merge \\\n"
    "  -p '{\"data\":{\"request-metrics-protocol\":\"prometheus\"}}'\n"
    "(before Knative 1.19: \"metrics.request-metrics-backend-destination\":\"prometheus\")\n"
    "and for the Prometheus operator, with kubectl apply -f -, and with the labels that\n"
    "kubectl get prometheus -A -o jsonpath='{..podMonitorSelector}' shows:\n"
    "apiVersion: monitoring.coreos.com/v1\n"
    "kind: PodMonitor\n"
    "metadata: {name: knative-revisions, namespace: knative-serving}\n"
    "spec:\n"
    "  namespaceSelector: {any: true}\n"
    "  selector:\n"
    "    matchExpressions: [{key: serving.knative.dev/service, operator: Exists}]\n"
    "  podTargetLabels: [serving.knative.dev/revision]\n"
    "  podMetricsEndpoints: [{port: http-usermetric}]\n"
    "or go without metrics: analysis.mode: ReadinessOnly";

}  // namespace

std::span<const Dialect> dialects() { return kDialects; }

const Dialect* find_dialect(std::string_view name) {
  for (const Dialect& dialect : kDialects) {
    if (dialect.name == name) return &dialect;
  }
  return nullptr;
}

std::string missing_metrics(MetricsFinding finding, std::string_view revision) {
  switch (finding) {
    case MetricsFinding::kUsable: return "";
    case MetricsFinding::kOnlyInner:
      return fmt::format(
          "Prometheus has only inner request metrics of {}, which show neither timeouts nor "
          "overload: let it keep http_server_request_duration_seconds (before Knative 1.19: "
          "revision_request_latencies)",
          revision);
    case MetricsFinding::kUnnamed:
      return fmt::format(
          "Prometheus scrapes queue-proxies, but no series tells that it is of {}: give the "
          "PodMonitor podTargetLabels serving.knative.dev/revision, or keep target_info",
          revision);
    case MetricsFinding::kNothing: break;
  }
  return fmt::format(
      "Prometheus has no request metrics of {} within the last hour: set "
      "request-metrics-protocol: prometheus in ConfigMap knative-serving/config-observability "
      "(before Knative 1.19: metrics.request-metrics-backend-destination: prometheus), and apply a "
      "PodMonitor for port http-usermetric with podTargetLabels serving.knative.dev/revision",
      revision);
}

std::string_view metrics_remedy(MetricsFinding finding) {
  switch (finding) {
    case MetricsFinding::kUsable: return "";
    case MetricsFinding::kOnlyInner: return kKeepOuter;
    case MetricsFinding::kUnnamed: return kNameRevision;
    case MetricsFinding::kNothing: break;
  }
  return kExportAndScrape;
}

}  // namespace freshet
