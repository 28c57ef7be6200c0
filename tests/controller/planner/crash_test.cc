// A crash at any write of a rollout changes nothing about its end.
#include <gtest/gtest.h>

#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

constexpr int kMostWrites = 8;  // of four steps: n + 4

int highest_share(const PlannerWorld& world, const RevisionName& name) {
  int highest = 0;
  for (const ServiceWrite& write : world.writes) {
    if (write.traffic) highest = std::max(highest, share_of(*write.traffic, name));
  }
  return highest;
}

// A story, and the writes after which a controller may die: before the write arrives, after it but
// before anything is noted, or with everything that was ever noted gone.
enum class Crash { kBeforeWrite, kAfterWrite, kAfterWriteAndMemoLost };

struct End {
  std::string phase;
  Traffic traffic;
  std::optional<RevisionRef> stable;
  std::vector<Pair> rejected;
  std::string image;
  int highest = 0;
  std::string outcome = {};  // of the last rollout, in history
  bool operator==(const End&) const = default;
};

End run(VerdictKind verdict, int crash_at, Crash crash) {
  PlannerWorld world;
  world.tick();
  world.push('b');
  int writes = 0;
  for (int i = 0; i < 600; ++i) {
    world.now += seconds(5);
    world.settle();
    const bool bad = verdict == VerdictKind::kRollback && world.phase() == "Shifting" &&
                     std::get<Shifting>(world.core().phase).step == 1;
    world.verdict = bad ? VerdictKind::kRollback : VerdictKind::kPromote;
    Transition transition = world.look();
    if (transition.write && writes++ == crash_at) {
      if (crash == Crash::kBeforeWrite) continue;
      const Memo before = world.seen.memo;
      const auto mirror = world.seen.mirror;
      world.carry_out(transition);
      world.seen.memo = crash == Crash::kAfterWrite ? before : Memo{};
      world.seen.mirror = mirror;
      continue;
    }
    world.carry_out(transition);
  }
  End end{world.phase(),
          world.traffic(),
          world.core().stable,
          {},
          world.service().containers.front().image,
          highest_share(world, RevisionName("checkout-00002"))};
  if (!world.seen.memo.history.empty()) end.outcome = world.seen.memo.history.front().outcome;
  for (const Rejection& rejection : world.core().rejected) end.rejected.push_back(rejection.pair);
  return end;
}

TEST(Crash, ACrashAtAnyWriteReachesTheSameEnd) {
  for (const VerdictKind verdict : {VerdictKind::kPromote, VerdictKind::kRollback}) {
    const End expected = run(verdict, -1, Crash::kBeforeWrite);
    EXPECT_EQ(expected.phase, "Idle");
    for (int at = 0; at < kMostWrites; ++at) {
      for (const Crash crash :
           {Crash::kBeforeWrite, Crash::kAfterWrite, Crash::kAfterWriteAndMemoLost}) {
        End end = run(verdict, at, crash);
        // With the memo all of history is gone.
        if (crash == Crash::kAfterWriteAndMemoLost) end.outcome = expected.outcome;
        EXPECT_EQ(end, expected) << to_string(verdict) << ", write " << at << ", crash "
                                 << static_cast<int>(crash);
      }
    }
  }
}

}  // namespace
}  // namespace freshet::testing
