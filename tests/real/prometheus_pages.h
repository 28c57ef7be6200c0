// What the pods of every dialect serve to Prometheus, and how it is told to scrape them.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "analysis/prometheus.h"

namespace freshet {

inline const TagRequests kTag{"freshet", "freshet-checkout.shop.example.com"};

inline std::string histogram(const std::string& name, const std::string& labels,
                             const std::vector<std::string>& bounds, int count) {
  std::string out;
  for (const std::string& bound : bounds) {
    out += fmt::format("{}_bucket{{{},le=\"{}\"}} {}\n", name, labels, bound, count / 2);
  }
  out += fmt::format("{}_bucket{{{},le=\"+Inf\"}} {}\n", name, labels, count);
  return out + fmt::format("{0}_sum{{{1}}} 1.5\n{0}_count{{{1}}} {2}\n", name, labels, count);
}

// A pod's text: `n` good requests, a tenth as many failures, and as many through the tag.
inline std::string otel(const std::string& more, int n) {
  const auto requests = [&](const char* code, const std::string& host, int count) {
    const std::string labels =
        fmt::format(R"(http_request_method="GET",http_response_status_code="{}",url_scheme="http",)"
                    R"(server_address="{}"{})",
                    code, host, more);
    return histogram("http_server_request_duration_seconds", labels, {"0.1", "0.25"}, count);
  };
  return requests("200", "checkout.shop.example.com", n) +
         requests("503", "checkout.shop.example.com", n / 10) + requests("500", kTag.host, n);
}
inline std::string resource(const std::string& revision) {
  return fmt::format(R"(k8s_namespace_name="shop",k8s_pod_name="{0}-pod",kn_revision_name="{0}")",
                     revision);
}
inline const std::string kRouteTag = R"(,kn_route_tag="kn:disabled")";

inline std::string open_census(const std::string& revision, int n) {
  const auto requests = [&](const char* code, const char* tag, int count) {
    const std::string labels = fmt::format(
        R"(namespace_name="shop",revision_name="{0}",pod_name="{0}-pod",response_code="{1}",)"
        R"(response_code_class="{2}xx",route_tag="{3}")",
        revision, code, code[0], tag);
    return histogram("revision_request_latencies", labels, {"100", "250"}, count);
  };
  return requests("200", "disabled", n) + requests("503", "disabled", n / 10) +
         requests("500", "freshet", n);
}

inline std::string activator(int n) {
  std::string out;
  for (const char* revision : {"pushed-1", "podlabel-1", "info-1"}) {
    out += otel(fmt::format(R"(,k8s_namespace_name="shop",kn_revision_name="{}")", revision), n);
  }
  return out + fmt::format(R"(activator_request_count{{namespace_name="shop",)"
                           R"(revision_name="census-1",response_code="503"}} {})"
                           "\n",
                           n / 10);
}

// What each path serves; the count grows with every scrape.
inline const std::map<std::string, std::function<std::string(int)>>& pages() {
  static const std::map<std::string, std::function<std::string(int)>> kPages = {
      {"/pushed", [](int n) { return otel(kRouteTag + "," + resource("pushed-1"), n); }},
      {"/podlabel", [](int n) { return otel(kRouteTag, n); }},
      {"/info",
       [](int n) { return "target_info{" + resource("info-1") + "} 1\n" + otel(kRouteTag, n); }},
      {"/census", [](int n) { return open_census("census-1", n); }},
      {"/inner",
       [](int n) {
         return histogram("kn_serving_invocation_duration_seconds", resource("inner-1"), {"0.1"},
                          n);
       }},
      {"/nameless", [](int n) { return otel(kRouteTag, n); }},
      {"/activator", activator},
      // A namesake in another cluster, of which all that tells it apart is the cluster.
      {"/elsewhere", [](int n) { return otel(kRouteTag, 7 * n); }},
  };
  return kPages;
}

inline constexpr const char* kConfig = R"(
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
- job_name: pods
  relabel_configs: &ours
  - {{source_labels: [cluster], regex: "", target_label: cluster, replacement: eu-1}}
  static_configs:
  - {{targets: ["{0}"], labels: {{__metrics_path__: /pushed, instance: "pushed:9091"}}}}
  - targets: ["{0}"]
    labels: {{__metrics_path__: /podlabel, instance: "10.0.0.1:9091", namespace: shop, pod: pod-1,
      serving_knative_dev_revision: podlabel-1}}
  - targets: ["{0}"]
    labels: {{__metrics_path__: /elsewhere, instance: "10.0.0.1:9091", namespace: shop, pod: pod-1,
      serving_knative_dev_revision: podlabel-1, cluster: eu-2}}
  - {{targets: ["{0}"], labels: {{__metrics_path__: /info, instance: "10.0.0.2:9091"}}}}
  - {{targets: ["{0}"], labels: {{__metrics_path__: /census, instance: "10.0.0.3:9091"}}}}
  - {{targets: ["{0}"], labels: {{__metrics_path__: /nameless, instance: "10.0.0.5:9091"}}}}
  - {{targets: ["{0}"], labels: {{__metrics_path__: /inner, instance: "10.0.0.4:9091"}}}}
- job_name: activator
  metrics_path: /activator
  relabel_configs: *ours
  static_configs: [{{targets: ["{0}"], labels: {{pod: activator-0}}}}]
)";

}  // namespace freshet
