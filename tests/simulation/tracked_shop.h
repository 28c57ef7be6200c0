// One tracked Service in a simulated cluster, for stories in virtual time.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "controller/cli/simulated.h"

namespace freshet {

inline const TimePoint kStoryStart = from_unix_seconds(1'790'000'000);

inline sandbox::WorldOptions story_world(std::uint64_t seed) {
  sandbox::WorldOptions options;
  options.seed = seed;
  options.start = kStoryStart;
  return options;
}

enum class Pace {
  kDefault,
  kQuick,    // one step and wide margins: a rollout takes minutes where the defaults take hours
  kPatient,  // the same, but its step lasts ten minutes at least
};

// Service shop/checkout with 50 requests a second; its tag is checked each minute.
class TrackedShop {
 public:
  explicit TrackedShop(
      Pace pace, sandbox::WorldOptions world = story_world(1), ControllerOptions options = {},
      Log log = [](const LogLine&) {});

  SimulatedCluster& cluster() { return cluster_; }
  void adopt();
  Digest rebuild(double error_rate);
  TrackedServiceStatus status() { return cluster_.status(key_); }
  sandbox::Program programmed() { return cluster_.world().programmed(key_); }
  bool until_phase(const std::string& phase, Duration at_most);
  bool until_outcome(const std::string& outcome, Duration at_most);
  std::int64_t writes();  // of the Knative Service

 private:
  ServiceKey key_{"shop", "checkout"};
  SimulatedCluster cluster_;
};

}  // namespace freshet
