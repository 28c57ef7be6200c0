// The controller's own metrics.
#include "controller/runtime/metrics.h"

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <iterator>
#include <string_view>
#include <utility>

#include "controller/runtime/tell.h"

namespace freshet {

namespace {

using Labels = prometheus::Labels;

const prometheus::Histogram::BucketBoundaries kRequestTimes{0.005, 0.02, 0.1, 0.5, 2, 8};
const prometheus::Histogram::BucketBoundaries kLatenesses{0.01, 0.1, 1, 10, 60, 600};
// 10 and 30 minutes; 1, 2, 6 and 12 hours; 1, 2, 4, 7, 14 and 30 days.
const prometheus::Histogram::BucketBoundaries kExposureLags{
    600, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 345600, 604800, 1209600, 2592000};

template <class Builder>
auto& family(prometheus::Registry& registry, Builder builder, const char* name, const char* help) {
  return builder.Name(name).Help(help).Register(registry);
}

Labels with(Labels labels, const std::string& name, const std::string& value) {
  labels[name] = value;
  return labels;
}

// Series of services are written from what is known of each: at ten thousand services a library's
// gauge for each, with maps of its labels, takes tens of MiB, and to remove one means to seek it
// among all. Names of Kubernetes objects need no escaping.
class ServiceSeries {
 public:
  ServiceSeries(std::string& text, std::string_view name, std::string_view help)
      : text_(text), name_(name), help_(help) {}

  // `label`: one more, as `name="value",`; "": none.
  void add(const ServiceKey& key, double value, std::string_view label = "") {
    auto out = std::back_inserter(text_);
    if (!std::exchange(begun_, true)) {
      fmt::format_to(out, "# HELP {0} {1}\n# TYPE {0} gauge\n", name_, help_);
    }
    fmt::format_to(out, R"({}{{namespace="{}",{}service="{}"}} {})", name_, key.name_space, label,
                   key.name, value);
    text_ += '\n';
  }

 private:
  std::string& text_;
  const std::string_view name_;
  const std::string_view help_;
  bool begun_ = false;
};

// Ages are as of `now`.
std::string text_of(const std::map<ServiceKey, ServiceGauges>& services, TimePoint now) {
  std::string text;
  const auto tell = [&](const char* name, const char* help, const auto& add) {
    ServiceSeries series(text, name, help);
    for (const auto& [key, gauges] : services) add(series, key, gauges);
  };
  tell("freshet_rollout_phase", "1 for the phase a tracked service is in.",
       [](ServiceSeries& series, const ServiceKey& key, const ServiceGauges& gauges) {
         series.add(key, 1, fmt::format(R"(phase="{}",)", gauges.phase));
       });
  tell("freshet_rollout_percent", "Percent of requests the candidate is meant to get.",
       [](ServiceSeries& series, const ServiceKey& key, const ServiceGauges& gauges) {
         series.add(key, gauges.percent);
       });
  tell("freshet_image_age_seconds", "Age of the image that the stable Revision runs.",
       [&](ServiceSeries& series, const ServiceKey& key, const ServiceGauges& gauges) {
         if (gauges.image_created) series.add(key, to_seconds(now - *gauges.image_created));
       });
  tell("freshet_image_behind_seconds",
       "Time since a newer digest of a followed tag was first seen; 0 when up to date.",
       [&](ServiceSeries& series, const ServiceKey& key, const ServiceGauges& gauges) {
         series.add(key, gauges.behind_since ? to_seconds(now - *gauges.behind_since) : 0);
       });
  return text;
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& rollouts =
      family(registry, prometheus::BuildCounter(), "freshet_rollouts_total",
             "Rollouts that ended, by outcome.");
  prometheus::Histogram& exposure =
      family(registry, prometheus::BuildHistogram(), "freshet_exposure_lag_seconds",
             "Time from an image's push, or the first look at it, until it got all requests.")
          .Add({}, kExposureLags);
  prometheus::Family<prometheus::Counter>& registry_requests =
      family(registry, prometheus::BuildCounter(), "freshet_registry_requests_total",
             "Requests to registries and for their tokens, by registry and class of status.");
  prometheus::Family<prometheus::Histogram>& registry_took =
      family(registry, prometheus::BuildHistogram(), "freshet_registry_request_duration_seconds",
             "Time requests to registries took.");
  prometheus::Family<prometheus::Counter>& registry_checks =
      family(registry, prometheus::BuildCounter(), "freshet_registry_checks_total",
             "Checks of tags that ended, by registry and outcome.");
  prometheus::Family<prometheus::Histogram>& registry_late =
      family(registry, prometheus::BuildHistogram(), "freshet_registry_check_lateness_seconds",
             "How long after it was due a check began.");
  prometheus::Family<prometheus::Gauge>& registry_budget =
      family(registry, prometheus::BuildGauge(), "freshet_registry_budget_left",
             "Requests that may be sent at once, as of the last check; 0 in a pause.");
  prometheus::Family<prometheus::Counter>& webhooks =
      family(registry, prometheus::BuildCounter(), "freshet_webhook_requests_total",
             "Webhooks, by receiver (unknown: of no receiver) and outcome.");
  prometheus::Family<prometheus::Counter>& api_requests =
      family(registry, prometheus::BuildCounter(), "freshet_api_requests_total",
             "Requests to the HTTP API, by HTTP code.");
  prometheus::Family<prometheus::Counter>& notifications =
      family(registry, prometheus::BuildCounter(), "freshet_notifications_total",
             "Tries to bring a message to a sink, by outcome.");
  prometheus::Family<prometheus::Counter>& kube_requests =
      family(registry, prometheus::BuildCounter(), "freshet_kube_requests_total",
             "Requests to the Kubernetes API, by HTTP code (0: no response).");
  prometheus::Histogram& reconcile =
      family(registry, prometheus::BuildHistogram(), "freshet_reconcile_duration_seconds",
             "Time one pass over one service took.")
          .Add({}, prometheus::Histogram::BucketBoundaries{0.001, 0.005, 0.02, 0.1, 0.5, 2, 10});
  prometheus::Gauge& queue_depth = family(registry, prometheus::BuildGauge(), "freshet_queue_depth",
                                          "Services with a time at which they are looked at next.")
                                       .Add({});
  prometheus::Gauge& running = family(registry, prometheus::BuildGauge(),
                                      "freshet_rollouts_running", "Rollouts that are under way.")
                                   .Add({});
  prometheus::Family<prometheus::Gauge>& waiting =
      family(registry, prometheus::BuildGauge(), "freshet_rollouts_waiting",
             "Services that would begin a rollout, by the hold: Queued, Wave.");
  prometheus::Gauge& waves_stopped =
      family(registry, prometheus::BuildGauge(), "freshet_waves_stopped",
             "New images that services wait for while others rejected them.")
          .Add({});
  prometheus::Gauge& leader = family(registry, prometheus::BuildGauge(), "freshet_leader",
                                     "1 where this replica acts, 0 where it stands by.")
                                  .Add({});
  prometheus::Family<prometheus::Gauge>& watches_failing =
      family(registry, prometheus::BuildGauge(), "freshet_watch_failing",
             "1 where what the cluster holds cannot be read, by kind and namespace (none: all).");
  prometheus::Gauge& build_info =
      family(registry, prometheus::BuildGauge(), "freshet_build_info", "1, labelled by version.")
          .Add({{"version", FRESHET_VERSION}});
};

Metrics::Metrics() : families_(std::make_unique<Families>()) { families_->build_info.Set(1); }
Metrics::~Metrics() = default;

void Metrics::set_service(const ServiceKey& key, const ServiceGauges& gauges) {
  const std::lock_guard lock(mutex_);
  services_[key] = gauges;
  if (!namespaces_.insert(key.name_space).second) return;
  // From 0 on: of a series that begins at 1 Prometheus' increase() does not see the first.
  for (const std::string_view outcome : kOutcomes) {
    families_->rollouts.Add(with({{"namespace", key.name_space}}, "outcome", std::string(outcome)));
  }
}

void Metrics::remove_service(const ServiceKey& key) {
  const std::lock_guard lock(mutex_);
  services_.erase(key);
}

void Metrics::count_rollout(const ServiceKey& key, const std::string& outcome) {
  families_->rollouts.Add(with({{"namespace", key.name_space}}, "outcome", outcome)).Increment();
}

void Metrics::observe_exposure(Duration lag) { families_->exposure.Observe(to_seconds(lag)); }

std::string Metrics::label_of(const std::string& registry) {
  const std::lock_guard lock(mutex_);
  if (registries_.contains(registry)) return registry;
  if (registries_.size() >= kMaxRegistriesTold) return "other";
  registries_.insert(registry);
  return registry;
}

void Metrics::count_registry_request(const std::string& registry, int status, Duration took) {
  const Labels labels{{"registry", label_of(registry)}};
  const bool is_status = status >= 100 && status < 600;
  const std::string code = is_status ? std::to_string(status / 100) + "xx" : "none";
  families_->registry_requests.Add(with(labels, "code", code)).Increment();
  families_->registry_took.Add(labels, kRequestTimes).Observe(to_seconds(took));
}

void Metrics::count_registry_check(const EndedCheck& check) {
  const Labels labels{{"registry", label_of(check.registry)}};
  families_->registry_checks.Add(with(labels, "outcome", std::string(check.outcome))).Increment();
  families_->registry_late.Add(labels, kLatenesses).Observe(to_seconds(check.late));
  families_->registry_budget.Add(labels).Set(check.budget_left);
}

void Metrics::count_webhook(const std::string& receiver, const std::string& outcome) {
  const std::string name = receiver.empty() ? "unknown" : receiver;
  families_->webhooks.Add({{"receiver", name}, {"outcome", outcome}}).Increment();
}

void Metrics::count_api_request(int code) {
  families_->api_requests.Add({{"code", std::to_string(code)}}).Increment();
}

void Metrics::count_notification(const std::string& sink, const std::string& outcome) {
  families_->notifications.Add({{"sink", sink}, {"outcome", outcome}}).Increment();
}

void Metrics::count_kube_request(int code) {
  families_->kube_requests.Add({{"code", std::to_string(code)}}).Increment();
}

void Metrics::observe_reconcile(double took_seconds) { families_->reconcile.Observe(took_seconds); }

void Metrics::set_queue_depth(std::size_t depth) {
  families_->queue_depth.Set(static_cast<double>(depth));
}

void Metrics::set_fleet(const Fleet::Counts& counts) {
  families_->running.Set(counts.running);
  families_->waiting.Add({{"hold", std::string(planning::kQueuedHold)}}).Set(counts.queued);
  families_->waiting.Add({{"hold", std::string(planning::kWaveHold)}}).Set(counts.in_waves);
  families_->waves_stopped.Set(counts.waves_stopped);
}

void Metrics::set_watch_failing(const std::string& kind, const std::string& name_space,
                                bool fails) {
  families_->watches_failing.Add({{"kind", kind}, {"namespace", name_space}}).Set(fails ? 1 : 0);
}

void Metrics::set_leader(bool leads) { families_->leader.Set(leads ? 1 : 0); }

std::string Metrics::render(TimePoint now) {
  const std::lock_guard lock(mutex_);
  return prometheus::TextSerializer().Serialize(families_->registry.Collect()) +
         text_of(services_, now);
}

}  // namespace freshet
