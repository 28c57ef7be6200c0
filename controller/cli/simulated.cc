// The controller of production in a simulated world.
#include "controller/cli/simulated.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/runtime/paths.h"

namespace freshet {

namespace {

constexpr Duration kShortestStep{10};
constexpr Duration kLongestStep{1000};

}  // namespace

SimulatedCluster::SimulatedCluster(sandbox::WorldOptions world, ControllerOptions options, Log log)
    : tokens_(Secret{world.users.empty() ? "" : world.users.begin()->first}),
      world_(std::move(world)),
      transport_([this](const HttpRequest& request) { return world_.handle(request); }),
      kube_(transport_, tokens_, clock_,
            KubeClientOptions{.server = "https://" + std::string(sandbox::kKubeHost)}),
      options_(std::move(options)),
      log_(std::move(log)) {
  if (options_.prometheus_url.empty()) {
    options_.prometheus_url = "http://" + std::string(sandbox::kPrometheusHost);
  }
  restart();
}

void SimulatedCluster::restart() {
  watches_.reset();
  controller_.reset();
  notifications_.reset();
  Connections connections{kube_, exchanges_, transport_};
  connections.gates = &gates_;
  if (!sinks.empty()) {
    notifications_ = std::make_unique<Notifications>(sinks, NoticeSettings{}, deliveries_, clock_,
                                                     metrics_, log_);
    connections.notifications = notifications_.get();
  }
  connections.docker_config = [this] { return docker_config; };
  connections.ask_helper = [this](const HelperCall& call) -> Result<HelperReply> {
    if (ask_helper) return ask_helper(call);
    return make_error(ErrorKind::kNotFound, "no helper " + call.name + " in the sandbox");
  };
  controller_ =
      std::make_unique<Controller>(options_, std::move(connections), clock_, metrics_, log_);
  watches_ = std::make_unique<Watches>(kube_, clock_, *controller_, options_.namespaces,
                                       Duration{0}, [] { return 0.5; });
}

void SimulatedCluster::step(TimePoint until) {
  TimePoint next = std::min(until, world_.now() + kLongestStep);
  next = std::min(next, pump(*watches_, *controller_, clock_, kLongestStep) - clock_error);
  if (const auto event = world_.next_event()) next = std::min(next, *event);
  world_.advance_to(std::max(next, world_.now() + kShortestStep));
}

void SimulatedCluster::run_until(TimePoint until) {
  while (world_.now() < until) step(until);
}

bool SimulatedCluster::run_until(const std::function<bool()>& done, Duration at_most) {
  const TimePoint until = world_.now() + at_most;
  while (world_.now() < until) {
    if (done()) return true;
    step(until);
  }
  return done();
}

TrackedServiceStatus SimulatedCluster::status(const ServiceKey& key) {
  const auto object = world_.read(tracked_service_path(key));
  return object ? status_from_json(at_path(*object, {"status"})) : TrackedServiceStatus{};
}

Json SimulatedCluster::service(const ServiceKey& key) {
  const auto object = world_.read(service_path(key));
  return object ? *object : Json();
}

}  // namespace freshet
