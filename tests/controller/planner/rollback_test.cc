// A person goes back to an older Revision.
#include <gtest/gtest.h>

#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

const RevisionName kOlder("checkout-00001");

void promote(PlannerWorld& world) {
  EXPECT_TRUE(world.run_to("Shifting"));
  world.command("promote", "1 --full");
  EXPECT_TRUE(world.run_to("Idle"));
}

// The tag has moved to digest b, and its Revision was promoted.
PlannerWorld promoted_world() {
  PlannerWorld world = world_in("Idle");
  world.push('b');
  promote(world);
  EXPECT_NE(world.core().stable->name, kOlder);
  world.writes.clear();
  return world;
}

TEST(Rollback, GivesTheOlderRevisionEverythingInOneWriteOfTraffic) {
  PlannerWorld world = promoted_world();
  const RevisionRef left = *world.core().stable;
  world.command("rollback", "1 --to=checkout-00001 --by=alice prices are wrong");
  const Transition transition = world.pass();
  ASSERT_EQ(world.writes.size(), 1u);
  EXPECT_TRUE(world.writes.front().urgent);
  EXPECT_TRUE(std::holds_alternative<KeepTemplate>(world.writes.front().template_change));
  EXPECT_EQ(world.phase(), "Retreating");
  EXPECT_EQ(world.traffic(), (Traffic{entry(kOlder, 100)}));
  EXPECT_EQ(world.core().stable->name, kOlder);
  ASSERT_FALSE(world.core().rejected.empty());
  EXPECT_EQ(world.core().rejected.front().pair.digests, left.pair.digests);
  EXPECT_TRUE(has_fact(transition.facts, "RolledBack"));
}

TEST(Rollback, PutsTheTemplateRightAndTheImageThatWasLeftStaysOut) {
  PlannerWorld world = promoted_world();
  world.command("rollback", "1 --to=checkout-00001");
  ASSERT_TRUE(world.run_to("Retreating"));
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.writes.size(), 2u);
  EXPECT_EQ(world.seen.memo.history.front().outcome, "RolledBack");
  world.writes.clear();
  Transition last;
  for (int i = 0; i < 20; ++i) last = world.tick(minutes(1));
  EXPECT_TRUE(world.writes.empty());
  EXPECT_EQ(world.traffic(), (Traffic{entry(kOlder, 100)}));
  EXPECT_EQ(hold_reasons(last), std::vector<std::string>{"Rejected"});
}

TEST(Rollback, ANewerImageIsRolledOutAfterwards) {
  PlannerWorld world = promoted_world();
  world.command("rollback", "1 --to=checkout-00001");
  ASSERT_TRUE(world.run_to("Retreating"));
  ASSERT_TRUE(world.run_to("Idle"));
  world.push('c');
  EXPECT_TRUE(world.run_to("Shifting", 0));
}

TEST(Rollback, LeavesAChangedTemplateBehindAsWell) {
  PlannerWorld world = world_in("Idle");
  const std::string before = world.core().stable->pair.template_hash;
  world.edit_template("new");
  promote(world);
  ASSERT_NE(world.core().stable->pair.template_hash, before);
  world.command("rollback", "1 --to=checkout-00001");
  ASSERT_TRUE(world.run_to("Retreating"));
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_EQ(world.service().template_hash, before);
  world.writes.clear();
  for (int i = 0; i < 20; ++i) world.tick(minutes(1));
  EXPECT_TRUE(world.writes.empty());
}

// As `kn service update --traffic checkout-00001=100` does it.
TEST(Rollback, ByPercentsThatAPersonSetRejectsWhatIsLeftToo) {
  PlannerWorld world = world_in("Idle");
  world.push('b');
  promote(world);
  world.set_traffic({entry(RevisionName("checkout-00001"), 100)});
  world.writes.clear();
  Transition last;
  for (int i = 0; i < 20; ++i) last = world.tick(minutes(1));
  EXPECT_EQ(write_reasons(world.writes), std::vector<std::string>{"adopt"});
  EXPECT_EQ(hold_reasons(last), std::vector<std::string>{"Rejected"});
  EXPECT_EQ(world.core().rejected.front().why, "it was left for checkout-00001 by hand");
  world.command("retry", "1");
  EXPECT_TRUE(world.run_to("Shifting", 0));
}

TEST(Rollback, ByPercentsThatAPersonKeepsInARolloutIsNotBegunAgain) {
  for (const char* verb : {"resume", "adopt"}) {
    PlannerWorld world = world_in("Shifting");
    world.set_traffic({entry(RevisionName("checkout-00001"), 100)});
    world.tick();
    const bool adopts = std::string_view(verb) == "adopt";
    world.command(verb, adopts ? "1 --to=checkout-00001" : "1 --keep-theirs");
    Transition last;
    for (int i = 0; i < 20; ++i) last = world.tick(minutes(1));
    EXPECT_EQ(world.phase(), "Idle") << verb;
    EXPECT_EQ(hold_reasons(last), std::vector<std::string>{"Rejected"}) << verb;
  }
}

}  // namespace
}  // namespace freshet::testing
