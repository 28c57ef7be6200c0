// The controller's own metrics (prometheus-cpp): series of a service leave with the service.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/time.h"
#include "controller/model/names.h"

namespace freshet {

struct ServiceGauges {
  std::string phase;
  int percent = 0;                         // the candidate's share
  std::optional<TimePoint> image_created;  // of what stable runs
  std::optional<TimePoint> behind_since;
  bool operator==(const ServiceGauges&) const = default;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();

  void set_service(const ServiceKey& key, const ServiceGauges& gauges);
  void remove_service(const ServiceKey& key);
  void count_rollout(const ServiceKey& key, const std::string& outcome);
  void count_registry_request(const std::string& registry, int code);  // 0: no response
  void count_kube_request(int code);                                   // 0: no response
  void observe_reconcile(double took_seconds);
  void set_queue_depth(std::size_t depth);

  // Prometheus' text format; ages are as of `now`.
  std::string render(TimePoint now);

 private:
  struct Families;
  std::mutex mutex_;
  std::unique_ptr<Families> families_;
  std::map<ServiceKey, ServiceGauges> services_;
};

}  // namespace freshet
