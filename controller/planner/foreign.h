// Percents that someone else set: a person's are respected, those of a file applied again are not.
#pragma once

#include "controller/planner/pass.h"

namespace freshet::planning {

// A file that asks for latestRevision 100 % would give every request to a build that nobody judged.
// The percents in force are put back at once, also where the file took our annotation with it.
Decision pin_again(Pass& pass);

// Hold ForeignEdit until a person decides (resume --keep-mine or --keep-theirs); retreats excepted.
Decision hold_for_foreign_edit(const Pass& pass);

}  // namespace freshet::planning
