// Report: what many stories came to, as one JSON object.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "tests/simulate/run.h"

namespace freshet::simulate {

struct Found {
  std::uint64_t seed = 0;
  Violation violation;
};

struct Report {
  std::int64_t stories = 0;
  std::int64_t rollouts = 0;
  std::int64_t events = 0;
  std::int64_t writes = 0;
  std::map<std::string, std::int64_t> faults;
  Duration simulated{};
  std::vector<Found> violations;  // by seed
  std::vector<Duration> rests;    // of each story: from the last fault until all had come to rest
  std::vector<Duration> retreats;
  double core_seconds = 0;
};

void add(Report& report, std::uint64_t seed, const Outcome& outcome);
void add(Report& report, const Report& other);
// `replay` is the command that runs a seed again, but for the seed.
Json report_to_json(Report report, const std::string& replay);

}  // namespace freshet::simulate
