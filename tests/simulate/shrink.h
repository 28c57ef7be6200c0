// Shrinks a failing story to a short one that fails in the same way.
#pragma once

#include <string>

#include "tests/simulate/story.h"

namespace freshet::simulate {

// The shortest story found that still violates `invariant`, by taking events out, half of them and
// fewer at a time (Zeller, Hildebrandt 2002). Runs the story at most `most_runs` times.
Story shrink(const Story& story, const std::string& invariant, int most_runs = 300);

}  // namespace freshet::simulate
