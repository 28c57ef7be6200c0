// Labels as Knative and a scrape give them.
#include "controller/sandbox/exposure.h"

namespace freshet::sandbox {
namespace {

constexpr const char* kOuter = "http_server_request_duration_seconds";

SeriesLabels scraped(const PodIdentity& pod) {
  return {{"instance", pod.name + ":9091"}, {"job", "knative-pods"}};
}

void add_open_telemetry(SeriesLabels& labels) {
  labels.insert({{"http_request_method", "GET"}, {"url_scheme", "http"}});
}

void add_resource(SeriesLabels& labels, const PodIdentity& pod) {
  labels.insert({{"k8s_namespace_name", pod.service.name_space},
                 {"k8s_pod_name", pod.name},
                 {"k8s_container_name", "queue-proxy"},
                 {"kn_service_name", pod.service.name},
                 {"kn_configuration_name", pod.service.name},
                 {"kn_revision_name", pod.revision}});
}

void add_open_census(SeriesLabels& labels, const ServiceKey& service, const std::string& revision,
                     const std::string& pod, const std::string& container) {
  labels.insert({{"namespace_name", service.name_space},
                 {"service_name", service.name},
                 {"configuration_name", service.name},
                 {"revision_name", revision},
                 {"pod_name", pod},
                 {"container_name", container}});
}

}  // namespace

const std::vector<Exposure>& exposed_at(const Exposures& all, TimePoint t) {
  static const std::vector<Exposure> kNone;
  const auto after = all.upper_bound(t);
  return after == all.begin() ? kNone : std::prev(after)->second;
}

Family pod_family(Exposure exposure, const PodIdentity& pod) {
  Family out{kOuter, "http_response_status_code", false, scraped(pod)};
  if (exposure == Exposure::kOpenCensus) {
    out.histogram = "revision_request_latencies";
    out.code_label = "response_code";
    out.in_milliseconds = true;
    add_open_census(out.labels, pod.service, pod.revision, pod.name, "queue-proxy");
    out.labels["route_tag"] = "disabled";
    return out;
  }
  add_open_telemetry(out.labels);
  if (exposure == Exposure::kInnerOnly) {
    out.histogram = "kn_serving_invocation_duration_seconds";
  } else {
    out.labels["kn_route_tag"] = "kn:disabled";
    out.labels["server_address"] = pod.service.name + "." + pod.service.name_space + ".example.com";
  }
  if (exposure == Exposure::kPushed || exposure == Exposure::kPodLabels) {
    out.labels["namespace"] = pod.service.name_space;
    out.labels["pod"] = pod.name;
  }
  if (exposure == Exposure::kPodLabels) out.labels["serving_knative_dev_revision"] = pod.revision;
  if (exposure == Exposure::kPushed || exposure == Exposure::kInnerOnly) {
    add_resource(out.labels, pod);
  }
  return out;
}

Family activator_family(Exposure exposure, const std::string& pod, const ServiceKey& service,
                        const std::string& revision) {
  SeriesLabels labels = {{"instance", pod + ":9090"},
                         {"job", "activator"},
                         {"namespace", "knative-serving"},
                         {"pod", pod}};
  if (exposure == Exposure::kOpenCensus) {
    add_open_census(labels, service, revision, pod, "activator");
    return {"activator_request", "response_code", true, std::move(labels)};
  }
  add_open_telemetry(labels);
  labels.insert({{"k8s_namespace_name", service.name_space},
                 {"kn_service_name", service.name},
                 {"kn_configuration_name", service.name},
                 {"kn_revision_name", revision}});
  return {kOuter, "http_response_status_code", false, std::move(labels)};
}

SeriesLabels target_info(const PodIdentity& pod) {
  SeriesLabels labels = scraped(pod);
  add_resource(labels, pod);
  return labels;
}

}  // namespace freshet::sandbox
