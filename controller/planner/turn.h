// Turns: whether a rollout may begin as far as other services are concerned. Pure; runtime/fleet.h
// knows who else there is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "controller/model/names.h"
#include "controller/model/observation.h"

namespace freshet::planning {

// Reasons of holds.
inline constexpr std::string_view kQueuedHold = "Queued";  // as many run as are allowed
inline constexpr std::string_view kWaveHold = "Wave";      // others have to prove its digest first
inline constexpr std::string_view kFailureBudgetHold = "FailureBudget";  // others rejected it

// Who waits for one of the places that all are taken, or promised to those who came before.
struct QueuePlace {
  int number = 1;  // from 1, as of this look
  int waiting = 1;
  int running = 0;
  int limit = 0;
  std::string name_space;  // whose limit it is; "": the cluster's
  bool operator==(const QueuePlace&) const = default;
};
OthersFirst queued(const QueuePlace& place);

// A wave: services that are to get the same thing. What it stands at, by the others' cores.
struct WaveRolling {
  ServiceKey service;
  TimePoint since{};
  std::string held;  // why it does not go on, in a sentence; "" if it does
  bool operator==(const WaveRolling&) const = default;
};
struct WaveFailure {
  ServiceKey service;
  TimePoint until{};
  std::string why;
  bool operator==(const WaveFailure&) const = default;
};
struct Wave {
  std::string what;   // is to be rolled out: "digest 9c1e4a7b2f30"
  int succeeded = 0;  // it is stable there
  std::vector<WaveRolling> rolling;
  std::vector<WaveFailure> failed;  // it is rejected there
  std::optional<ServiceKey> head;   // of those who wait, where it is not the asker
  int number = 1;                   // the asker's place among them, from 1
  bool operator==(const Wave&) const = default;
};

struct WaveLimits {
  int first = 1;                 // go before one has succeeded
  int failures = 1;              // so many, and nobody begins any more
  Duration patience = hours(6);  // one of the first that takes longer is not waited for
};

// How many of those who wait may begin now, in their order; kWaveOpen: all of them.
inline constexpr int kWaveOpen = 1 << 30;
struct WaveAnswer {
  int may_begin = 0;
  bool stopped = false;
};
WaveAnswer ask_wave(const Wave& wave, const WaveLimits& limits, TimePoint now);

// Why `asker` may not begin yet; nullopt: it may.
std::optional<OthersFirst> waits_for_wave(const Wave& wave, const ServiceKey& asker,
                                          const WaveLimits& limits, TimePoint now);

}  // namespace freshet::planning
