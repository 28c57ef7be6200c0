// What rollouts leave behind: rejections, deferrals, history.
#pragma once

#include <string>

#include "controller/planner/pass.h"

namespace freshet::planning {

// Of this pair, or of one that it is a rebuild of.
const Rejection* find_rejection(const Pass& pass, const Pair& pair);
const Deferral* find_deferral(const Memo& memo, const Pair& pair, TimePoint now);

bool rejects(RetreatWhy why);            // the pair is condemned until rejectionExpires
bool defers(RetreatWhy why);             // infrastructure: the pair may start again soon
std::string outcome_of(RetreatWhy why);  // of history: RolledBack, Deferred, …

// Stable's pair is never rejected; the oldest rejection makes room.
void reject(Core& core, const Pair& pair, TimePoint until, const std::string& why);
// Forgets what is over, and everything against the pair that is stable now.
void tidy_rejections(Core& core, TimePoint now);

// Both add once a rollout, however often a pass is repeated: `since` is when the retreat began.
void defer(Memo& memo, const Pair& pair, TimePoint since, const std::string& why);
void remember(Memo& memo, HistoryEntry entry);
// A promotion that was the last thing a controller did: status still has its rollout under way.
void remember_promotion(Pass& pass);
HistoryEntry history_entry(const Pass& pass, const Rollout& rollout, std::string outcome,
                           std::string message, TimePoint ended);

}  // namespace freshet::planning
