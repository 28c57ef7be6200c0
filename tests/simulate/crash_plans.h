// Crash plans: one standard story after the other, with one thing gone wrong at each write and each
// watch event in turn (Sieve, OSDI'22).
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "tests/simulate/story.h"

namespace freshet::simulate {

struct StandardStory {
  std::string name;  // "a good build is promoted"
  Story story;
};
const std::vector<StandardStory>& standard_stories();

// Runs every plan in `workers` threads: each write × {crash before, crash after, reply lost,
// refused, lease taken}, each watch event × {lost, late}. The end has to be the one of the story
// without faults, with at most kMostAmplification times its writes, and no invariant violated.
inline constexpr int kMostAmplification = 3;

// The first of the plans (of writes, or of watch events), in an order that `seed` gives, that goes
// wrong; at most `most` are run.
struct PlanSearch {
  int plans = 0;      // that were run
  std::string story;  // of the one found; "" for none
  std::string plan;   // "crash after write 7"
  std::string what;
};
PlanSearch search_crash_plans(std::uint64_t seed, int most, bool of_writes);

Json run_crash_plans(int workers);

}  // namespace freshet::simulate
