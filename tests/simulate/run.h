// Runs one story: the world, its people and our replicas, in one thread and on virtual time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulate/invariants.h"
#include "tests/simulate/story.h"

namespace freshet::simulate {

// Something that is done to replica 0 at a certain write or watch event (crash plans).
struct Strike {
  std::optional<Moment> at_write;  // what becomes of that write
  std::optional<Duration> late;    // how late that event comes; 0: it is lost with its watch
  int number = 0;                  // of the write or event, from 0
};

struct RunOptions {
  Strike strike;
  bool ends_with_a_push = true;  // of a good build of everything, which has to be promoted at last
  bool stops_at_violation = false;
  // Gets one line of everything that happens; null: nobody listens.
  std::function<void(TimePoint at, const std::string& line)> tell;
};

struct Outcome {
  std::int64_t rollouts = 0;
  std::int64_t events = 0;  // of the story, of the world by itself, and exchanges
  std::int64_t writes = 0;  // of Services by our replicas
  std::int64_t all_writes = 0;
  std::int64_t watch_events = 0;
  std::map<std::string, std::int64_t> faults;  // by kind, how often each struck
  Duration simulated{};
  std::vector<Violation> violations;
  std::vector<Duration> retreats;  // from a verdict to 0 %
  Duration rest{};                 // from the last fault until all had come to rest
  std::string end;                 // what stands at last, without names that chance gives
};

Outcome run_story(const Story& story, const RunOptions& options = {});

}  // namespace freshet::simulate
