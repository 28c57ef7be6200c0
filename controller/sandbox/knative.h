// Knative's controllers for Services: from a written spec to Revisions, conditions and a programmed
// Route, in the order of states and with the gating that real ones were seen to have.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/http.h"
#include "controller/sandbox/cluster.h"
#include "controller/sandbox/knative_state.h"
#include "controller/sandbox/revisions.h"

namespace freshet::sandbox {

inline constexpr std::size_t kMaxIdleRevisions = 20;  // config-gc: min-non-active-revisions

class Knative {
 public:
  explicit Knative(Cluster cluster);
  Knative(const Knative&) = delete;  // its steps in the agenda point here
  Knative& operator=(const Knative&) = delete;

  // A client wrote (or removed: `now` is null) a Service; a Revision.
  void service_written(const ObjectKey& key, const Json& old, const Json& now);
  void revision_written(const ObjectKey& key, const Json& old, const Json& now);
  // Containers of this image do something else from now on.
  void behave(const Digest& image, const ImageBehaviour& behaviour);
  // What is routed is scaled to zero after a while, as where nobody asks for anything; and back up.
  void rest(const ServiceKey& key, bool rests);
  // What the ingress answers at this host, if it is that of a traffic tag: the name of the Revision
  // behind it, with 200, or 500 where its image fails gates; 503 where no pod is ready.
  std::optional<HttpResponse> answer_at(const std::string& host) const;
  // Its controllers begin nothing new until then.
  void stall(TimePoint until) { stalled_until_ = until; }
  // Until then this share of its writes of Routes meets a conflict. It tries again; meanwhile the
  // newest generation counts as observed, with the conditions and the traffic of before.
  void conflict(double share, TimePoint until) {
    conflicts_ = share;
    conflicts_until_ = until;
  }

 private:
  ServiceState* find(const ServiceKey& key);
  RevisionState* find_revision(const ServiceKey& key, const std::string& name);
  void later(Duration low, Duration high, Agenda::Action action);
  std::string owner_of(const std::string& name_space, const std::string& revision) const;

  void reconcile(const ServiceKey& key);
  std::int64_t put_child(const Kind& kind, Json wanted);  // its generation
  void revision_soon(const ServiceKey& key, std::int64_t generation);
  void make_revision(const ServiceKey& key, std::int64_t generation);
  bool take_existing(const ServiceKey& key, ServiceState& state, const std::string& name,
                     const Json& configuration);
  void revision_changed(const ServiceKey& key, const std::string& name);
  void settle_configuration(ServiceState& state);

  void route_soon(const ServiceKey& key);
  Json spec_traffic(const ServiceKey& key) const;  // as the Route was last told
  void resolve(const ServiceKey& key, std::int64_t turn);
  void program(const ServiceKey& key, std::int64_t turn, const RouteTargets& targets);
  void label_revisions(const ServiceKey& key);
  void set_routing_state(const ServiceKey& key, RevisionState& revision, bool is_active);
  void collect_garbage(const ServiceKey& key);

  void publish(const ServiceKey& key);
  void publish(const ServiceKey& key, ServiceState& state);
  void forget(const ServiceKey& key, const std::string& uid);
  TimePoint now() const { return cluster_.agenda.now(); }

  Cluster cluster_;
  Revisions revisions_;
  std::map<ServiceKey, ServiceState> services_;
  TimePoint stalled_until_{};
  TimePoint conflicts_until_{};
  double conflicts_ = 0;
};

}  // namespace freshet::sandbox
