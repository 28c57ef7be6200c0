// The life of a Revision: images are resolved, pods start, become ready or not, crash, are scaled
// away. Conditions as real controllers were seen to set them.
#pragma once

#include <functional>
#include <string>

#include "controller/sandbox/cluster.h"
#include "controller/sandbox/knative_state.h"

namespace freshet::sandbox {

inline constexpr int kPodsPerRevision = 2;
inline constexpr Duration kScaleDownDelay = seconds(60);
inline constexpr int kMaxRestarts = 8;  // then the crash loop goes on unseen

class Revisions {
 public:
  using Find = std::function<RevisionState*(const ServiceKey&, const std::string& name)>;
  using Changed = std::function<void(const ServiceKey&, const std::string& name)>;

  // `find` gives nullptr for a Revision that is gone; `changed` is told when one's Ready may have
  // changed.
  Revisions(Cluster cluster, Find find, Changed changed)
      : cluster_(cluster), find_(std::move(find)), changed_(std::move(changed)) {}

  void begin(const ServiceKey& service, const std::string& name);
  // It gets, or no longer gets, a place in the Route: it is scaled accordingly.
  void set_active(const ServiceKey& service, const std::string& name, bool is_active);
  // It keeps its place, but nobody asks for anything: it is scaled to zero; and back up.
  void rest(const ServiceKey& service, const std::string& name);
  void wake(const ServiceKey& service, const std::string& name);
  // Its first requests: those that end, or stop being ready, with traffic will.
  void meet_traffic(const ServiceKey& service, const std::string& name);
  void remove_pods(const ServiceKey& service, const std::string& name);
  // Its containers do something else from now on.
  void behave(const ServiceKey& service, const std::string& name, const ImageBehaviour& behaviour);

 private:
  using Step = void (Revisions::*)(const ServiceKey&, RevisionState&);
  void later(Duration delay, const ServiceKey& service, const RevisionState& state, Step step);
  // The same, unless the pods have been replaced or behave differently by then.
  void pods_later(Duration delay, const ServiceKey& service, const RevisionState& state, Step step);

  void resolve(const ServiceKey& service, RevisionState& state);
  void start_pods(const ServiceKey& service, RevisionState& state);
  void run_containers(const ServiceKey& service, RevisionState& state);
  void become_ready(const ServiceKey& service, RevisionState& state);
  void crash(const ServiceKey& service, RevisionState& state);
  void lose_readiness(const ServiceKey& service, RevisionState& state);
  void begin_to_fail(const ServiceKey& service, RevisionState& state);
  void fail_pulling(const ServiceKey& service, RevisionState& state);
  void stay_unschedulable(const ServiceKey& service, RevisionState& state);
  void pass_deadline(const ServiceKey& service, RevisionState& state);
  void scale_down(const ServiceKey& service, RevisionState& state);

  void scale_down_later(const ServiceKey& service, const RevisionState& state);
  void set_phase(const ServiceKey& service, RevisionState& state, PodPhase phase);
  void publish(const ServiceKey& service, RevisionState& state);
  TimePoint now() const { return cluster_.agenda.now(); }

  Cluster cluster_;
  Find find_;
  Changed changed_;
};

}  // namespace freshet::sandbox
