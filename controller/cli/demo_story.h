// DemoStory: what the demo plays: services that run old images, and what their rebuilds turn out to
// be.
#pragma once

#include <string>
#include <vector>

#include "controller/cli/simulated.h"
#include "controller/show/detail.h"

namespace freshet {

enum class Ending { kPromoted, kRolledBack, kDeferred };

struct DemoService {
  ServiceKey key;
  std::string rebuild;  // what is special about it, for people
  sandbox::ImageBehaviour behaviour;
  Duration image_age{};
  Ending ending;
};

class DemoStory {
 public:
  // `scenario`: "three" (all), or "good", "errors", "never-ready".
  DemoStory(std::uint64_t seed, const std::string& scenario, Log log);

  std::string introduction() const;
  bool adopt();    // an hour of users' traffic, then the services are tracked and adopted
  void rebuild();  // every followed tag moves to a new digest
  bool is_over();  // every service has come to an end, or far too much time has passed
  bool ended_well();
  std::string summary();

  SimulatedCluster& cluster() { return cluster_; }
  std::vector<ServiceKey> services() const;
  ServiceDetail detail(const ServiceKey& key);
  Duration since_rebuilds() const { return cluster_.now() - rebuilt_at_; }

 private:
  std::optional<HistoryEntry> ended(const DemoService& service);
  bool as_expected(const DemoService& service);

  std::vector<DemoService> services_;
  SimulatedCluster cluster_;
  TimePoint rebuilt_at_{};
};

}  // namespace freshet
