// By which names the simulated Knative counts requests, and with which labels Prometheus keeps
// them. What changes (Knative is upgraded, a PodMonitor is applied) holds for scrapes from then on.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "controller/sandbox/users.h"

namespace freshet::sandbox {

enum class Exposure {
  kPushed,      // since 1.19, pushed: the Revision is a label of the series
  kPodLabels,   // since 1.19, scraped: it is a label of the pod, promoted by the scrape
  kTargetInfo,  // since 1.19, scraped as it comes: it stands on target_info alone
  kOpenCensus,  // until 1.18
  kInnerOnly,   // a scrape that drops the outer histogram
  kUnnamed,     // a scrape that keeps neither label nor target_info
};

// What is exposed when; several at once while names change.
using Exposures = std::map<TimePoint, std::vector<Exposure>>;
const std::vector<Exposure>& exposed_at(const Exposures& all, TimePoint t);

using SeriesLabels = std::map<std::string, std::string>;

// One kind of series, without _bucket and _count.
struct Family {
  std::string histogram;
  std::string code_label;
  bool in_milliseconds = false;
  SeriesLabels labels;
};
Family pod_family(Exposure exposure, const PodIdentity& pod);
// An activator's, of one Revision. OpenCensus' is a bare counter.
Family activator_family(Exposure exposure, const std::string& pod, const ServiceKey& service,
                        const std::string& revision);
// Labels of the pod's target_info.
SeriesLabels target_info(const PodIdentity& pod);

}  // namespace freshet::sandbox
