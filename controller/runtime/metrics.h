// The controller's own metrics (prometheus-cpp): series of a service leave with the service.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/time.h"
#include "controller/model/names.h"
#include "controller/registry/poller.h"
#include "controller/runtime/fleet.h"

namespace freshet {

struct ServiceGauges {
  std::string phase;
  int percent = 0;                         // the candidate's share
  std::optional<TimePoint> image_created;  // of what stable runs
  std::optional<TimePoint> behind_since;
  bool operator==(const ServiceGauges&) const = default;
};

// Registries with series of their own; those met later are counted together as "other".
inline constexpr std::size_t kMaxRegistriesTold = 100;

class Metrics {
 public:
  Metrics();
  ~Metrics();

  void set_service(const ServiceKey& key, const ServiceGauges& gauges);
  void remove_service(const ServiceKey& key);
  void count_rollout(const ServiceKey& key, const std::string& outcome);
  // How long an image could be had before it got all requests.
  void observe_exposure(Duration lag);
  // One request to a registry or for it; status 0: no response.
  void count_registry_request(const std::string& registry, int status, Duration took);
  void count_registry_check(const EndedCheck& check);
  void count_api_request(int code);
  // `receiver` as in the file of receivers; "": none of them.
  void count_webhook(const std::string& receiver, const std::string& outcome);
  // `sink` as in the file of sinks.
  void count_notification(const std::string& sink, const std::string& outcome);
  void count_kube_request(int code);  // 0: no response
  void observe_reconcile(double took_seconds);
  void set_queue_depth(std::size_t depth);
  void set_fleet(const Fleet::Counts& counts);
  void set_leader(bool leads);
  // `name_space` "": of all.
  void set_watch_failing(const std::string& kind, const std::string& name_space, bool fails);

  // Prometheus' text format; ages are as of `now`.
  std::string render(TimePoint now);

 private:
  struct Families;
  std::string label_of(const std::string& registry);
  std::mutex mutex_;
  std::unique_ptr<Families> families_;
  std::map<ServiceKey, ServiceGauges> services_;
  std::set<std::string> registries_;
  std::set<std::string> namespaces_;  // whose counters are there
};

}  // namespace freshet
