// From pods and activators to series.
#include "controller/sandbox/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace freshet::sandbox {
namespace {

// A label that a series does not have reads as empty.
bool all_match(const std::vector<Matcher>& matchers, const SeriesLabels& labels) {
  return std::ranges::all_of(matchers, [&](const Matcher& matcher) {
    const auto found = labels.find(matcher.label);
    return matches(matcher, found == labels.end() ? std::string() : found->second);
  });
}

// The labels that name a Revision, in one dialect or another.
bool is_of_revision(const Matcher& matcher) {
  static const std::set<std::string> kNames = {"kn_revision_name", "revision_name",
                                               "serving_knative_dev_revision"};
  return kNames.contains(matcher.label);
}

// What differs between the series of one pod is looked at later.
bool is_of_pod(const Matcher& matcher) {
  static const std::set<std::string> kOfSeries = {"http_response_status_code", "response_code",
                                                  "response_code_class", "le", "__name__"};
  return !kOfSeries.contains(matcher.label);
}

struct Bound {
  std::string text;
  double seconds = 0;
};
const std::vector<Bound>& bounds_of(const Family& family) {
  static const auto kSeconds = [] {
    std::vector<Bound> out;
    for (const double bound : kBucketBounds) out.push_back({fmt::format("{}", bound), bound});
    return out;
  }();
  static const auto kMilliseconds = [] {
    std::vector<Bound> out;
    for (const int bound : kMillisecondBounds) out.push_back({std::to_string(bound), bound / 1e3});
    return out;
  }();
  return family.in_milliseconds ? kMilliseconds : kSeconds;
}

class Selection {
 public:
  Selection(const Exposures& exposures, const Selector& selector, Duration window, TimePoint now)
      : exposures_(exposures), selector_(selector), after_(now - window), now_(now) {
    for (const Matcher& matcher : selector.matchers) {
      (is_of_pod(matcher) ? of_pod_ : of_series_).push_back(matcher);
    }
    // A series that lacks the label may match what takes no name; else its Revision must match.
    std::ranges::copy_if(of_pod_, std::back_inserter(of_revision_), [](const Matcher& matcher) {
      return is_of_revision(matcher) && !matches(matcher, "");
    });
    for (const auto& [since, all] : exposures) kinds_.insert(all.begin(), all.end());
  }

  bool wants(const std::string& revision) const {
    return std::ranges::all_of(of_revision_,
                               [&](const Matcher& matcher) { return matches(matcher, revision); });
  }
  bool wants(const ServiceKey& service) const {
    return std::ranges::all_of(of_pod_, [&](const Matcher& matcher) {
      const bool by_space = matcher.label == "k8s_namespace_name" ||
                            matcher.label == "namespace_name" || matcher.label == "namespace";
      if (by_space) return matches(matcher, service.name_space);
      return matcher.label != "kn_service_name" || matches(matcher, service.name);
    });
  }

  void take_pod(const Users::Pod& pod) {
    const auto& scrapes = pod.counters.scrapes();
    const auto first = first_of(scrapes);
    if (first == scrapes.end()) return;
    for (const Exposure kind : kinds_) {
      if (kind == Exposure::kTargetInfo) take_target_info(pod);
      const Family family = pod_family(kind, pod.identity);
      if (!may_match(family) || !all_match(of_pod_, family.labels)) continue;
      for (std::size_t code = 0; code < kCodes.size(); ++code) {
        const Wanted wanted{kind, family, std::to_string(kCodes[code])};
        const auto all = [&](const PodScrape& scrape) { return requests(scrape.counts[code]); };
        take(wanted, {"_count", ""}, first, scrapes.end(), all, all);
        take(wanted, {"_bucket", "+Inf"}, first, scrapes.end(), all, all);
        for (const Bound& bound : bounds_of(family)) {
          take(wanted, {"_bucket", bound.text}, first, scrapes.end(), all,
               [&](const PodScrape& scrape) {
                 return pod.counters.at_most(scrape.counts[code], bound.seconds);
               });
        }
      }
    }
  }

  void take_activator(const std::string& pod, const ServiceKey& service,
                      const std::string& revision, const ActivatorCounters& counters) {
    for (const Exposure kind : kinds_) {
      const Family family = activator_family(kind, pod, service, revision);
      if (!may_match(family) || !all_match(of_pod_, family.labels)) continue;
      const auto& scrapes = counters.scrapes();
      for (std::size_t code = 0; code < ActivatorCounters::kCodes.size(); ++code) {
        const Wanted wanted{kind, family, std::to_string(ActivatorCounters::kCodes[code])};
        const auto all = [&](const ActivatorCounters::Scrape& scrape) {
          return scrape.counts[code];
        };
        take(wanted, {"_count", ""}, first_of(scrapes), scrapes.end(), all, all);
      }
    }
  }

  std::vector<Series> result() && { return std::move(out_); }

 private:
  struct Wanted {
    Exposure kind;
    const Family& family;
    std::string code;
  };
  struct Kind {
    const char* suffix;
    std::string le;
  };

  template <class Scrapes>
  typename Scrapes::const_iterator first_of(const Scrapes& scrapes) const {
    return std::ranges::partition_point(scrapes,
                                        [this](const auto& scrape) { return scrape.at <= after_; });
  }
  bool may_match(const Family& family) const {
    return selector_.metric.empty() || selector_.metric.starts_with(family.histogram);
  }
  bool was_exposed(Exposure kind, TimePoint at) const {
    const auto& then = exposed_at(exposures_, at);
    return std::ranges::find(then, kind) != then.end();
  }

  // As in a real exporter a series begins with its first request.
  template <class Place, class All, class Value>
  void take(const Wanted& wanted, const Kind& kind, Place from, Place to, const All& all,
            const Value& value) {
    const Family& family = wanted.family;
    SeriesLabels labels = {{"__name__", family.histogram + kind.suffix},
                           {family.code_label, wanted.code}};
    if (!selector_.metric.empty() && labels["__name__"] != selector_.metric) return;
    if (!kind.le.empty()) labels["le"] = kind.le;
    if (family.in_milliseconds) labels["response_code_class"] = wanted.code.substr(0, 1) + "xx";
    if (!all_match(of_series_, labels)) return;
    Series series;
    for (Place scrape = from; scrape != to && scrape->at <= now_; ++scrape) {
      if (all(*scrape) == 0 || !was_exposed(wanted.kind, scrape->at)) continue;
      series.samples.push_back({scrape->at, value(*scrape)});
    }
    if (series.samples.empty()) return;
    series.labels = family.labels;
    series.labels.merge(labels);
    out_.push_back(std::move(series));
  }

  void take_target_info(const Users::Pod& pod) {
    Series series;
    series.labels = target_info(pod.identity);
    series.labels["__name__"] = "target_info";
    if (!selector_.metric.empty() && selector_.metric != "target_info") return;
    if (!all_match(of_pod_, series.labels) || !all_match(of_series_, series.labels)) return;
    const auto& scrapes = pod.counters.scrapes();
    for (auto scrape = first_of(scrapes); scrape != scrapes.end() && scrape->at <= now_; ++scrape) {
      if (was_exposed(Exposure::kTargetInfo, scrape->at)) series.samples.push_back({scrape->at, 1});
    }
    if (!series.samples.empty()) out_.push_back(std::move(series));
  }

  const Exposures& exposures_;
  const Selector& selector_;
  TimePoint after_;
  TimePoint now_;
  std::vector<Matcher> of_pod_;
  std::vector<Matcher> of_revision_;  // of those
  std::vector<Matcher> of_series_;
  std::set<Exposure> kinds_;
  std::vector<Series> out_;
};

}  // namespace

std::vector<Series> select_series(Users& users, const Exposures& exposures,
                                  const Selector& selector, Duration window, TimePoint now) {
  Selection selection(exposures, selector, window, now);
  const auto wants = [&](const auto& name) { return selection.wants(name); };
  users.visit_pods(now, wants, [&](const Users::Pod& pod) { selection.take_pod(pod); });
  users.visit_activators(
      now, wants,
      [&](const auto& pod, const auto& service, const auto& revision, const auto& counters) {
        selection.take_activator(pod, service, revision, counters);
      });
  return std::move(selection).result();
}

}  // namespace freshet::sandbox
