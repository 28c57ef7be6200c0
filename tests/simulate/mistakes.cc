// The table of mistakes.
#include "tests/simulate/mistakes.h"

#include <algorithm>

namespace freshet::simulate {

const std::vector<Mistake>& all_mistakes() {
  using enum Relapse;
  static const std::vector<Mistake> kMistakes = {
      {kCrashBetweenWrites, "1", "crash-between-writes",
       "after a crash between the two writes, clocks of the step before count for this one",
       LookIn::kWritePlans},
      {kStaleCache, "2", "stale-cache",
       "decides on what the watch told, though its own write is newer"},
      {kMissedEvent, "3", "missed-event",
       "after a gap in a watch what the new list says is not taken over", LookIn::kEventPlans},
      {kObjectOrder, "4", "object-order", "the candidate gets requests before it is Ready"},
      {kBlockedAbort, "5", "blocked-abort", "an abort waits until the candidate is Ready",
       LookIn::kWritePlans},
      {kLateFailure, "6", "late-failure", "what fails after the verdict, in the bake, is ignored",
       LookIn::kWritePlans},
      {kMovedTarget, "7", "moved-target", "evidence of one candidate counts for the next one"},
      {kLatestRevision, "7b", "latest-revision",
       "whatever Knative made last is promoted, instead of what was judged"},
      {kOthersEntries, "7b", "others-entries",
       "a write of the traffic drops the tagged entries of others"},
      {kTransientReadiness, "8", "transient-readiness",
       "being Ready for a moment is enough: no step is waited out"},
      {kBadData, "9", "bad-data", "metrics that cannot be read are a pass", LookIn::kWritePlans},
      {kRegistryBaseline, "10", "registry-baseline",
       "at adoption stable is what the registry names, not what runs"},
      {kSilentDowngrade, "11", "silent-downgrade", "an older digest is rolled out unasked"},
      {kTrustedTrigger, "12", "trusted-trigger", "each webhook polls the registry at once"},
      {kTwoLeaders, "13", "two-leaders",
       "who has lost the lease goes on writing, and no write names what it was decided on"},
      {kWeights, "14", "weights", "stable's share is computed in fractions and cut off"},
      {kHotLoop, "15", "hot-loop",
       "status names the time of the pass, and each change of it asks for one"},
      {kConflictFallback, "16", "conflict-fallback",
       "after a conflict the write is sent again without a precondition"},
      {kPoisonObject, "17", "poison-object", "an object that cannot be read ends the process"},
      {kDeletion, "18", "deletion", "a TrackedService that is being deleted goes on as before"},
      {kWallClock, "19", "wall-clock", "waits are measured on the machine's wall clock",
       LookIn::kWritePlans},
      {kStuckFailed, "20", "stuck-failed", "one rejection keeps every other digest out as well"},
      {kLostStable, "21", "lost-stable", "in the bake stable has no entry that keeps it"},
      {kPolicies, "22", "policies", "freezes, stops and approvals of policies are not asked for"},
  };
  return kMistakes;
}

const Mistake* find_mistake(std::string_view name) {
  const auto found = std::ranges::find(all_mistakes(), name, &Mistake::name);
  return found == all_mistakes().end() ? nullptr : &*found;
}

}  // namespace freshet::simulate
