// Detection: which of the known mistakes the simulation finds, and after how many stories. Without
// that "no violations" says little.
#pragma once

#include <cstdint>

#include "base/json.h"
#include "tests/simulate/mistakes.h"
#include "tests/simulate/story.h"

namespace freshet::simulate {

inline constexpr int kStarts = 5;        // first seeds from which each mistake is looked for
inline constexpr int kMostSeeds = 60;    // from each of them
inline constexpr int kMostPlans = 1500;  // likewise, where it is looked for in crash plans

// The story of this seed, cut to a length of which many can be told.
Story detection_story(std::uint64_t seed);

// `only` one mistake, or null: all of them. A mistake is caught if it is from every start.
Json run_detection(const Mistake* only, int workers);

}  // namespace freshet::simulate
