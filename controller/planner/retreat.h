// Taking a candidate back: why, and the write that begins it.
#pragma once

#include <optional>
#include <string>

#include "controller/planner/pass.h"

namespace freshet::planning {

struct Cause {
  RetreatWhy why = RetreatWhy::kVerdict;
  std::string message;  // a sentence
};

// The first reason to take the candidate back, in order of urgency; none in Retreating.
std::optional<Cause> cause_to_retreat(const Pass& pass);

// A rollout that begins in Retreating: what serves and shall be left is its candidate.
Rollout rollout_to_leave(const Pass& pass, const RevisionRef& left);

// Writes traffic and core only, so that nothing else can make it fail.
Transition begin_retreat(const Pass& pass, const Rollout& rollout, const Cause& cause);

}  // namespace freshet::planning
