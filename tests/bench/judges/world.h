// A seeded world in which one scenario happens, interval by interval.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "tests/bench/judge_world.h"
#include "tests/bench/judges/scenarios.h"

namespace freshet {

// Ten seconds, and what of it counts as harm.
struct Slice {
  std::optional<Interval> interval;  // nullopt: nothing closed yet
  double minute = 0;                 // at which it ends
  double sent = 0;                   // canary requests since the onset, answered or not
  double bad = 0;                    // of these failed, slowed by the fault or never answered
};

class World {
 public:
  World(const Scenario& scenario, std::uint64_t seed);
  Slice next();

 private:
  // The canary, and the two halves of stable's pods: what they do apart is noise.
  enum Part { kCanary, kStableHalf, kStableOther, kParts };
  struct User {
    Part part = kStableHalf;
    double rps = 0;
    bool meets_errors = false;
    bool far_away = false;  // three times as slow
    double leaves = 0;      // minute
  };

  void begin_minute(const Moment& moment);
  ArmCounts served(Part part, double mean, ArmRates rates);
  void retry(ArmCounts& counts);
  Interval by_requests(const Moment& moment);
  Interval by_users(const Moment& moment);
  User arriving(double minute);
  double share(Part part, const Moment& moment) const;

  const Scenario& scenario_;
  ArmTraffic traffic_;
  std::mt19937_64 random_;
  std::unique_ptr<TrafficSource> pods_;
  int index_ = 0;
  std::array<double, kParts> burst_{};  // of this minute
  std::vector<User> users_;
};

}  // namespace freshet
