// From pods to series.
#include "controller/sandbox/series.h"

#include <fmt/format.h>

#include <algorithm>

#include "controller/sandbox/prometheus.h"

namespace freshet::sandbox {
namespace {

SeriesLabels pod_labels(const PodIdentity& pod) {
  return {{"instance", pod.name + ":9091"},
          {"job", "knative-pods"},
          {"namespace", pod.service.name_space},
          {"pod", pod.name},
          {"k8s_namespace_name", pod.service.name_space},
          {"k8s_pod_name", pod.name},
          {"k8s_container_name", "queue-proxy"},
          {"kn_service_name", pod.service.name},
          {"kn_configuration_name", pod.service.name},
          {"kn_revision_name", pod.revision},
          {"kn_route_tag", "kn:disabled"},
          {"http_request_method", "GET"},
          {"url_scheme", "http"}};
}

// A label that a series does not have reads as empty.
bool all_match(const std::vector<Matcher>& matchers, const SeriesLabels& labels) {
  return std::ranges::all_of(matchers, [&](const Matcher& matcher) {
    const auto found = labels.find(matcher.label);
    return matches(matcher, found == labels.end() ? std::string() : found->second);
  });
}

// What differs between the series of one pod is looked at later.
bool is_of_pod(const Matcher& matcher) {
  return matcher.label != "http_response_status_code" && matcher.label != "le" &&
         matcher.label != "__name__";
}

std::string bound_text(std::size_t bucket) {
  return bucket == kBucketBounds.size() ? "+Inf" : fmt::format("{}", kBucketBounds[bucket]);
}

class Selection {
 public:
  Selection(const Selector& selector, Duration window, TimePoint now)
      : selector_(selector), after_(now - window), now_(now) {
    for (const Matcher& matcher : selector.matchers) {
      (is_of_pod(matcher) ? of_pod_ : of_series_).push_back(matcher);
    }
  }

  bool wants(const ServiceKey& service) const {
    return std::ranges::all_of(of_pod_, [&](const Matcher& matcher) {
      const bool by_space = matcher.label == "k8s_namespace_name" || matcher.label == "namespace";
      if (by_space) return matches(matcher, service.name_space);
      return matcher.label != "kn_service_name" || matches(matcher, service.name);
    });
  }

  void take(const Users::Pod& pod) {
    const auto& scrapes = pod.counters.scrapes();
    const auto first = std::ranges::partition_point(
        scrapes, [&](const PodScrape& scrape) { return scrape.at <= after_; });
    if (first == scrapes.end()) return;
    const SeriesLabels labels = pod_labels(pod.identity);
    if (!all_match(of_pod_, labels)) return;
    const bool by_bucket = selector_.metric == std::string(kMetric) + "_bucket";
    for (std::size_t code = 0; code < kCodes.size(); ++code) {
      if (!by_bucket) {
        take_series(labels, code, kBuckets - 1, false, first, scrapes.end());
        continue;
      }
      for (std::size_t i = 0; i < kBuckets; ++i) {
        take_series(labels, code, i, true, first, scrapes.end());
      }
    }
  }

  std::vector<Series> result() && { return std::move(out_); }

 private:
  using Place = std::deque<PodScrape>::const_iterator;

  // As in a real exporter a series begins with its first request.
  void take_series(const SeriesLabels& pod, std::size_t code, std::size_t bucket, bool with_le,
                   Place from, Place to) {
    Series series;
    for (Place scrape = from; scrape != to && scrape->at <= now_; ++scrape) {
      const Buckets& buckets = scrape->counts[code];
      if (requests(buckets) == 0) continue;
      std::int64_t value = 0;
      for (std::size_t i = 0; i <= bucket; ++i) value += buckets[i];
      series.samples.push_back({scrape->at, value});
    }
    if (series.samples.empty()) return;
    series.labels = pod;
    series.labels["__name__"] = selector_.metric;
    series.labels["http_response_status_code"] = std::to_string(kCodes[code]);
    if (with_le) series.labels["le"] = bound_text(bucket);
    if (all_match(of_series_, series.labels)) out_.push_back(std::move(series));
  }

  const Selector& selector_;
  TimePoint after_;
  TimePoint now_;
  std::vector<Matcher> of_pod_;
  std::vector<Matcher> of_series_;
  std::vector<Series> out_;
};

}  // namespace

std::vector<Series> select_series(Users& users, const Selector& selector, Duration window,
                                  TimePoint now) {
  const std::string name(kMetric);
  if (selector.metric != name + "_bucket" && selector.metric != name + "_count") return {};
  Selection selection(selector, window, now);
  users.visit_pods(
      now, [&](const ServiceKey& service) { return selection.wants(service); },
      [&](const Users::Pod& pod) { selection.take(pod); });
  return std::move(selection).result();
}

}  // namespace freshet::sandbox
