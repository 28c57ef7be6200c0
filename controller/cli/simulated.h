// SimulatedCluster: the controller of production, unchanged, in a simulated world: one thread, a
// virtual clock, HTTP in process. For the demo and for tests.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "controller/kube/client.h"
#include "controller/net/local_exchanges.h"
#include "controller/net/local_transport.h"
#include "controller/runtime/controller.h"
#include "controller/runtime/run.h"
#include "controller/sandbox/world.h"

namespace freshet {

class SimulatedCluster {
 public:
  SimulatedCluster(sandbox::WorldOptions world, ControllerOptions options, Log log);

  sandbox::World& world() { return world_; }
  KubeClient& kube() { return kube_; }
  Metrics& metrics() { return metrics_; }
  Controller& controller() { return *controller_; }  // until restart
  bool in_sync() const { return watches_->in_sync(); }
  TimePoint now() const { return world_.now(); }

  // Lets the world and the controller go on, event by event, until `until`.
  void run_until(TimePoint until);
  // The same, until `done` says true or `at_most` has passed; false: it never did.
  bool run_until(const std::function<bool()>& done, Duration at_most);
  // A controller that was killed and started anew: nothing is remembered but what the API holds.
  void restart();

  // How far the controller's clock is ahead of everybody else's.
  Duration clock_error{};
  // What stands in the controller's own config.json, and who answers for its helpers.
  std::string docker_config = "{}";
  AskHelper ask_helper;
  // Who is told what happens, from the next restart on, and what they answer.
  std::vector<NotificationSink> sinks;
  LocalTransport::Answer receive;

  // status and spec.traffic as people see them.
  TrackedServiceStatus status(const ServiceKey& key);
  Json service(const ServiceKey& key);

 private:
  class WorldClock final : public Clock {
   public:
    explicit WorldClock(const SimulatedCluster& cluster) : cluster_(cluster) {}
    TimePoint now() const override { return cluster_.now() + cluster_.clock_error; }
    Duration monotonic() const override { return cluster_.now().time_since_epoch(); }

   private:
    const SimulatedCluster& cluster_;
  };
  void step(TimePoint until);

  TokenSource tokens_;  // as the first of the world's users, where it has any
  sandbox::World world_;
  WorldClock clock_{*this};
  LocalTransport transport_;
  LocalExchanges exchanges_{transport_};
  LocalExchanges gates_{transport_};
  LocalTransport receivers_{[this](const HttpRequest& request) { return receive(request); }};
  LocalExchanges deliveries_{receivers_};
  KubeClient kube_;
  Metrics metrics_;
  ControllerOptions options_;
  Log log_;
  std::unique_ptr<Notifications> notifications_;
  std::unique_ptr<Controller> controller_;
  std::unique_ptr<Watches> watches_;
};

}  // namespace freshet
