// Mistakes: each class of bugs that other controllers had, as one mistake that can be put back into
// ours (base/relapse.h).
#pragma once

#include <string_view>
#include <vector>

#include "base/relapse.h"

namespace freshet::simulate {

// What shows at certain moments only is looked for in crash plans: of writes, or of watch events.
enum class LookIn { kStories, kWritePlans, kEventPlans };

struct Mistake {
  Relapse relapse = Relapse::kNone;
  std::string_view number;  // of its class, as detection.md lists them
  std::string_view name;    // "stale-cache", for --detection and reports
  std::string_view what;    // what is wrong in the program, a sentence
  LookIn look_in = LookIn::kStories;
};

// In the order of their classes; each enumerator of Relapse but kNone is there once.
const std::vector<Mistake>& all_mistakes();
const Mistake* find_mistake(std::string_view name);  // null: there is none of this name

}  // namespace freshet::simulate
