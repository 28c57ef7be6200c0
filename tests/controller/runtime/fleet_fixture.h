// Services, their cores, and what the fleet answers them.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "controller/runtime/fleet.h"

namespace freshet::fleet_tests {

inline const TimePoint kAsked = from_unix_seconds(1'790'000'000);
inline const ServiceKey kFirst{"shop", "first"};
inline const ServiceKey kSecond{"shop", "second"};
inline const ServiceKey kThird{"shop", "third"};
inline const ServiceKey kElsewhere{"mail", "smtp"};
using Keys = std::vector<ServiceKey>;

inline Digest digest(char digit) { return *Digest::parse("sha256:" + std::string(64, digit)); }

inline RevisionRef revision(char digit) {
  return {RevisionName("r"), Uid("u"), {{{ContainerName("app"), digest(digit)}}, "t:1"}};
}

inline Core idle(char stable) {
  Core core;
  core.phase = Idle{};
  core.stable = revision(stable);
  return core;
}

inline Core rolling(char stable, char candidate) {
  Core core = idle(stable);
  Rollout rollout;
  rollout.candidate.pair = revision(candidate).pair;
  rollout.started = kAsked;
  core.phase = Preparing{rollout};
  return core;
}

inline Core rejecting(char stable, char rejected) {
  Core core = idle(stable);
  core.rejected = {{revision(rejected).pair, kAsked + hours(1), "errors"}};
  return core;
}

class Fleets : public ::testing::Test {
 protected:
  // "" where it may begin; the reason of the hold and its place.
  std::string ask(const ServiceKey& key, char digit = 'b', bool by_person = false) {
    const auto wait = fleet_->ask(
        {key, key, revision(digit).pair.digests, revision('a'), by_person, false}, kAsked);
    if (!wait) return "";
    const auto number = wait->sentence.find("number ");
    return wait->reason +
           (number == std::string::npos ? "" : " " + wait->sentence.substr(number + 7, 1));
  }
  void make(int in_cluster, int in_namespace, WaveBy by = WaveBy::kOff, int failures = 1) {
    fleet_ = std::make_unique<Fleet>(
        FleetLimits{in_cluster, in_namespace, by, {.first = 1, .failures = failures}});
  }
  void turn(const ServiceKey& key, const Core& core) {
    const auto before = cores_.find(key);
    fleet_->on_core(key, before == cores_.end() ? nullptr : &before->second, &core);
    cores_[key] = core;
  }
  // Asks, and begins.
  void begin(const ServiceKey& key, char digit = 'b') {
    ASSERT_EQ(ask(key, digit), "") << to_string(key);
    turn(key, rolling('a', digit));
    fleet_->settle(key, false);
  }
  std::string wait(const ServiceKey& key, char digit = 'b') {
    const std::string told = ask(key, digit);
    fleet_->settle(key, true);
    return told;
  }
  Keys ready() { return fleet_->take_ready(kAsked); }

  std::unique_ptr<Fleet> fleet_;
  std::map<ServiceKey, Core> cores_;
};

}  // namespace freshet::fleet_tests
