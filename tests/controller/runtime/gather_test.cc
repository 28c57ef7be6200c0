// What a pass is given, and what is left of one whose write failed.
#include "controller/runtime/gather.h"

#include <gtest/gtest.h>

#include "controller/runtime/notes.h"
#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

// A rejected candidate is being taken back, and status remembers it.
Observation seen_in_a_retreat() {
  PlannerWorld world = world_in("Retreating");
  world.seen.mirror = world.core();
  return world.seen;
}

TEST(Undone, KeepsInStatusWhatIsDamagedOnTheService) {
  Observation seen = seen_in_a_retreat();
  const Core core = *seen.mirror;
  ASSERT_FALSE(core.rejected.empty());
  seen.core = DamagedCore{};
  EXPECT_EQ(undone(seen, {}, {}, "refused").core, core);
  seen.core = NoCore{};
  EXPECT_EQ(undone(seen, {}, {}, "refused").core, core);
  Core older = core;  // put back by someone
  --older.seq;
  older.rejected.clear();
  seen.core = older;
  EXPECT_EQ(undone(seen, {}, {}, "refused").core, core);
}

TEST(Undone, KeepsWhatStatusRemembersBesideAnothersAnnotation) {
  Observation seen = seen_in_a_retreat();
  const Core core = *seen.mirror;
  Core anothers = core;  // a copy of another Service's manifest was applied
  anothers.service = Uid("another");
  anothers.seq += 7;
  seen.core = anothers;
  EXPECT_EQ(undone(seen, {}, {}, "refused").core, core);
  seen.mirror.reset();
  EXPECT_EQ(undone(seen, {}, {}, "refused").core, std::nullopt);
}

TEST(Undone, KeepsNothingOfAServiceThatIsGone) {
  Observation seen = seen_in_a_retreat();
  seen.core = NoCore{};
  seen.service->uid = Uid("another");
  EXPECT_EQ(undone(seen, {}, {}, "refused").core, std::nullopt);
}

TEST(Assemble, TakesWhatStatusCouldNotBeToldForTheMirror) {
  const Observation before = seen_in_a_retreat();
  CachedTracked tracked;
  tracked.object = before.tracked;
  ServiceView service = *before.service;
  service.annotations.erase(std::string(kCoreAnnotation));
  Notes notes;
  EXPECT_EQ(assemble(tracked, service, {}, notes).mirror, std::nullopt);
  notes.untold_core = core_to_text(*before.mirror);
  EXPECT_EQ(assemble(tracked, service, {}, notes).mirror, before.mirror);
  Core anothers = *before.mirror;  // of a Service that had this name before
  anothers.service = Uid("another");
  anothers.seq += 7;
  tracked.mirror = core_to_text(anothers);
  EXPECT_EQ(assemble(tracked, service, {}, notes).mirror, before.mirror);
}

}  // namespace
}  // namespace freshet::testing
