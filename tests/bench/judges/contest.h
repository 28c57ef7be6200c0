// All judges on the same traffic, seed by seed, and what came of it.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "tests/bench/judges/judge.h"
#include "tests/bench/judges/scenarios.h"
#include "tests/bench/judges/statistics.h"

namespace freshet {

// Ours as a user gets it, and with the 15 minutes of watching for which the bake serves otherwise.
enum Contender { kFreshet, kFreshetSoaking, kFlagger, kArgo, kKayenta, kContenders };
inline constexpr std::array<std::string_view, kContenders> kContenderNames = {
    "Freshet", "Freshet, soaking", "Flagger", "Argo Rollouts", "Kayenta"};

struct Run {
  Answer end = Answer::kGoing;  // kGoing: inconclusive after an hour
  double minutes = 0;
  double requests = 0;  // the canary's since the onset, until then
  double bad = 0;       // and those of them that the fault spoilt
};

struct Contest {
  Scenario scenario;
  std::array<std::vector<Run>, kContenders> runs;  // by seed
};
Contest hold_contest(const Scenario& scenario, int seeds);

struct Summary {
  Share rolled_back;
  Share promoted;
  Share inconclusive;
  double requests = 0;  // medians of those rolled back
  double bad = 0;
  double rollback_minutes = 0;
  double promote_minutes = 0;  // median of those promoted
};
Summary summary_of(const std::vector<Run>& runs);

}  // namespace freshet
