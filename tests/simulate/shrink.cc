// Shrinks a failing story.
#include "tests/simulate/shrink.h"

#include <algorithm>

#include "tests/simulate/run.h"

namespace freshet::simulate {
namespace {

bool violates(const Story& story, const std::string& invariant) {
  const auto violations = run_story(story).violations;
  return std::ranges::find(violations, invariant, &Violation::invariant) != violations.end();
}

Story without(const Story& story, std::size_t first, std::size_t count) {
  Story out = story;
  const auto from = out.events.begin() + static_cast<std::ptrdiff_t>(first);
  const std::size_t most = std::min(count, out.events.size() - first);
  out.events.erase(from, from + static_cast<std::ptrdiff_t>(most));
  return out;
}

}  // namespace

Story shrink(const Story& story, const std::string& invariant, int most_runs) {
  Story best = story;
  for (std::size_t chunk = std::max<std::size_t>(best.events.size() / 2, 1); most_runs > 0;) {
    bool shorter = false;
    for (std::size_t first = 0; first < best.events.size() && most_runs > 0;) {
      const Story tried = without(best, first, chunk);
      --most_runs;
      if (violates(tried, invariant)) {
        best = tried;
        shorter = true;
      } else {
        first += chunk;
      }
    }
    if (chunk == 1 && !shorter) break;
    chunk = std::max<std::size_t>(chunk / 2, 1);
  }
  return best;
}

}  // namespace freshet::simulate
