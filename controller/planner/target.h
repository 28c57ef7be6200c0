// Which pair ought to run: a person's template first, then what the followed tags name.
#pragma once

#include <optional>
#include <string>

#include "controller/planner/pass.h"

namespace freshet::planning {

struct Target {
  Pair pair;
  CandidateWhy why = CandidateWhy::kDigest;
};

// Why a pair that differs from stable's is not started.
struct Barred {
  Pair pair;
  bool rejected = false;     // else deferred
  bool of_template = false;  // it is what the present template would run
  TimePoint until{};
  std::string why;
};

struct Targets {
  std::optional<Target> start;   // what a rollout would begin with
  std::optional<Barred> barred;  // the first pair that is not allowed now
  std::string downgrade;         // why what the tags name is held back; "" if it is not
  bool template_known = false;
};

Targets find_targets(const Pass& pass);

// A pair that is newer than the candidate of this rollout, and could be started after it.
std::optional<Pair> newer_target(const Pass& pass, const Rollout& rollout);

}  // namespace freshet::planning
