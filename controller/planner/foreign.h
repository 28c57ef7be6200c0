// Percents that someone else set while a rollout is active.
#pragma once

#include "controller/planner/pass.h"

namespace freshet::planning {

// Hold ForeignEdit until a person decides (resume --keep-mine or --keep-theirs); retreats excepted.
Decision hold_for_foreign_edit(const Pass& pass);

}  // namespace freshet::planning
