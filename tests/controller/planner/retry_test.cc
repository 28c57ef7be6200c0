// Retry: which rejections it takes back.
#include <gtest/gtest.h>

#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

TEST(Retry, MeansWhatWasRejectedWhenItWasGiven) {
  PlannerWorld world = world_in("Retreating");
  const std::int64_t seq = world.core().seq;
  ASSERT_EQ(world.core().rejected.size(), 1u);
  EXPECT_EQ(world.core().rejected.front().seq, seq);

  world.command("retry", "1 --seen=" + std::to_string(seq - 1));
  world.pass();
  EXPECT_FALSE(world.seen.memo.answers.front().accepted);
  EXPECT_EQ(world.core().rejected.size(), 1u);

  world.command("retry", "2 --seen=" + std::to_string(seq));
  world.pass();
  EXPECT_TRUE(world.seen.memo.answers.front().accepted);
  EXPECT_TRUE(world.core().rejected.empty());
}

TEST(Retry, TakesBackWhatWasSeenAndSaysWhatStays) {
  PlannerWorld world = world_in("Retreating");
  world.push('e');
  Core core = world.core();
  const Pair wanted{{{ContainerName("app"), digest_of('e')}}, core.stable->pair.template_hash};
  const std::int64_t older_releases_say_none = 0;
  core.rejected.insert(core.rejected.begin(),
                       {wanted, world.now + days(1), "of before", older_releases_say_none});
  world.write_core(core);
  world.command("retry", "1 --seen=" + std::to_string(core.seq - 1));
  world.pass();
  const CommandAnswer& answer = world.seen.memo.answers.front();
  EXPECT_TRUE(answer.accepted);
  EXPECT_TRUE(
      answer.sentence.starts_with("eeeeeeeeeeee may be rolled out again; bbbbbbbbbbbb was "
                                  "rejected after this was given ("))
      << answer.sentence;
  ASSERT_EQ(world.core().rejected.size(), 1u);
  EXPECT_NE(world.core().rejected.front().pair, wanted);
}

TEST(Retry, ThePairStartsAgain) {
  PlannerWorld world = world_in("Retreating");
  world.programs = true;
  ASSERT_TRUE(world.run_to("Idle"));
  world.command("retry", "1");
  world.tick();
  world.tick();
  EXPECT_EQ(world.phase(), "Preparing");
}

}  // namespace
}  // namespace freshet::testing
