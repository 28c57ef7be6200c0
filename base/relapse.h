// Relapse: mistakes that controllers of this kind have made, put back one at a time to measure
// whether the simulation finds them (tests/simulate/detection.h).
//
// Only the detection preset can do that. In every other build relapsed() is false at compile time,
// and nothing of a branch on it is left.
#pragma once

namespace freshet {

// What each is, and where it was seen: tests/simulate/mistakes.cc.
enum class Relapse {
  kNone,
  kCrashBetweenWrites,
  kStaleCache,
  kMissedEvent,
  kObjectOrder,
  kBlockedAbort,
  kLateFailure,
  kMovedTarget,
  kLatestRevision,
  kOthersEntries,
  kTransientReadiness,
  kBadData,
  kRegistryBaseline,
  kSilentDowngrade,
  kTrustedTrigger,
  kTwoLeaders,
  kWeights,
  kHotLoop,
  kConflictFallback,
  kPoisonObject,
  kDeletion,
  kWallClock,
  kStuckFailed,
  kLostStable,
  kPolicies,
};
inline constexpr Relapse kLastRelapse = Relapse::kPolicies;

#ifdef FRESHET_RELAPSE
inline constexpr bool kMayRelapse = true;
namespace relapse_detail {
inline thread_local Relapse in_force = Relapse::kNone;  // a simulated run is one thread
}
inline void relapse_into(Relapse mistake) { relapse_detail::in_force = mistake; }
inline bool relapsed(Relapse mistake) { return relapse_detail::in_force == mistake; }
#else
inline constexpr bool kMayRelapse = false;
constexpr void relapse_into(Relapse) {}
constexpr bool relapsed(Relapse) { return false; }
#endif

}  // namespace freshet
