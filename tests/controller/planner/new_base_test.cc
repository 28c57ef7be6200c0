// Rollouts in which only the base moved (rollout.newBase): which they are, and what stays so.
#include "controller/planner/new_base.h"
#include "controller/planner/look.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

// The tag has named this digest, after those told before, and so much was read of it.
void has_read(PlannerWorld& world, char digit, const ImageApplication& application) {
  auto& digests = world.seen.images.front().before.digests;
  digests.insert(digests.begin(), {digest_of(digit).get(), world.now, {}, {}, "", {}, application});
}

PlannerWorld shop(const std::function<void(PlannerWorld&)>& prepare = [](PlannerWorld&) {}) {
  PlannerWorld world;
  NewBaseSpec shorter;
  shorter.steps = {50};
  shorter.minimum_step = seconds(30);
  shorter.bake.duration = minutes(1);
  world.seen.tracked.spec.rollout.new_base = shorter;
  has_read(world, 'a', {"same", ""});
  prepare(world);
  world.run_to("Idle");
  return world;
}

Rollout rollout_of(const PlannerWorld& world) { return *active_rollout(world.core().phase); }

std::string found(const PlannerWorld& world) {
  for (const Fact& fact : world.facts) {
    if (fact.reason == "CandidateFound") return fact.message;
  }
  return "";
}

TEST(NewBase, ItsPlanStepTimeAndBakeAreUsed) {
  PlannerWorld world = shop([](PlannerWorld& w) { has_read(w, 'b', {"same", ""}); });
  world.push('b');
  ASSERT_TRUE(world.run_to("Shifting"));
  EXPECT_EQ(rollout_of(world).plan, std::vector<int>{50});
  EXPECT_TRUE(rollout_of(world).new_base);
  EXPECT_NE(found(world).find("only its base moved: the plan of rollout.newBase"),
            std::string::npos)
      << found(world);
  EXPECT_NE(world.tick().explanation.message.find("only its base moved"), std::string::npos);
  const TimePoint began = world.now;
  ASSERT_TRUE(world.run_to("Baking"));
  EXPECT_GE(world.now - began, seconds(25));
  EXPECT_LE(world.now - began, seconds(45));
  const TimePoint bakes = world.now;
  ASSERT_TRUE(world.run_to("Idle"));
  EXPECT_GE(world.now - bakes, seconds(55));
  EXPECT_LE(world.now - bakes, seconds(75));
}

TEST(NewBase, AnythingElseGetsTheWholePlanAndIsToldWhy) {
  struct MoreRow {
    const char* sentence;
    std::function<void(PlannerWorld&)> event;
    std::string why;
  };
  const MoreRow rows[] = {
      {"another application",
       [](PlannerWorld& w) {
         has_read(w, 'b', {"another", ""});
       },
       "the whole plan: more than the base of registry.test/acme/checkout:1.4 is another"},
      {"a base that could not be read",
       [](PlannerWorld& w) {
         has_read(w, 'b', {"", "its base r.io/base is on another registry"});
       },
       "beyond its base: its base r.io/base is on another registry"},
      {"an image that was never read with its base", [](PlannerWorld&) {},
       "the whole plan: of bbbbbbbbbbbb it is not known what it holds beyond its base"},
      {"stable was never read with its base",
       [](PlannerWorld& w) {
         has_read(w, 'b', {"same", ""});
         w.seen.images.front().before.digests.pop_back();
       },
       "the whole plan: of aaaaaaaaaaaa it is not known what it holds beyond its base"},
  };
  for (const MoreRow& row : rows) {
    PlannerWorld world = shop(row.event);
    world.push('b');
    ASSERT_TRUE(world.run_to("Shifting")) << row.sentence;
    EXPECT_EQ(rollout_of(world).plan, (std::vector<int>{1, 5, 20, 50})) << row.sentence;
    EXPECT_FALSE(rollout_of(world).new_base) << row.sentence;
    EXPECT_NE(found(world).find(row.why), std::string::npos) << found(world);
  }
}

TEST(NewBase, AChangedTemplateIsMoreThanThat) {
  PlannerWorld world = shop([](PlannerWorld& w) { has_read(w, 'b', {"same", ""}); });
  world.edit_template("fast");
  ASSERT_TRUE(world.run_to("Preparing"));
  EXPECT_FALSE(rollout_of(world).new_base);
  EXPECT_NE(found(world).find("the whole plan: the template is another as well"), std::string::npos)
      << found(world);
}

TEST(NewBase, SoIsAnImageThatIsNotFollowed) {
  struct TemplateRow {
    const char* sentence;
    std::string stable, present, why;
  };
  const std::string pinned = "r.io/proxy@" + digest_of('c').get();
  const TemplateRow rows[] = {
      {"the same one, by digest", pinned, pinned, ""},
      {"another one", pinned, "r.io/proxy@" + digest_of('d').get(),
       "a container that is not followed has another image"},
      {"a tag is resolved anew", "r.io/proxy:1", "r.io/proxy:1",
       "container proxy, which is not followed, has its image by tag"},
  };
  for (const TemplateRow& row : rows) {
    PlannerWorld world = shop([](PlannerWorld& w) { has_read(w, 'b', {"same", ""}); });
    world.push('b');
    world.revision(RevisionName("checkout-00001")).images = {{ContainerName("app"), "a"},
                                                             {ContainerName("proxy"), row.stable}};
    world.service().images = {{ContainerName("app"), "a"}, {ContainerName("proxy"), row.present}};
    world.seen.core = world.core();
    const planning::Pass pass = planning::open_pass(world.seen, world.now);
    const Pair candidate =
        planning::pair_of(pass, {{ContainerName("app"), digest_of('b')}}, pass.service);
    EXPECT_EQ(planning::more_than_new_base(pass, candidate), row.why) << row.sentence;
  }
}

TEST(NewBase, IsDecidedOnceAtTheStart) {
  PlannerWorld world = shop([](PlannerWorld& w) { has_read(w, 'b', {"same", ""}); });
  world.push('b');
  ASSERT_TRUE(world.run_to("Shifting"));
  world.seen.images.front().before.digests.clear();  // status was lost
  world.tick();
  EXPECT_TRUE(rollout_of(world).new_base);
  ASSERT_TRUE(world.run_to("Baking"));

  PlannerWorld late = shop();
  late.push('b');
  ASSERT_TRUE(late.run_to("Shifting"));
  has_read(late, 'b', {"same", ""});  // after the rollout began
  late.tick();
  EXPECT_FALSE(rollout_of(late).new_base);
  EXPECT_EQ(rollout_of(late).plan, (std::vector<int>{1, 5, 20, 50}));
}

TEST(NewBase, WithoutTheSettingNothingIsShorterAndNothingIsSaid) {
  PlannerWorld world = shop([](PlannerWorld& w) {
    has_read(w, 'b', {"same", ""});
    w.seen.tracked.spec.rollout.new_base.reset();
  });
  world.push('b');
  ASSERT_TRUE(world.run_to("Shifting"));
  EXPECT_EQ(rollout_of(world).plan, (std::vector<int>{1, 5, 20, 50}));
  EXPECT_EQ(found(world).find("plan"), std::string::npos) << found(world);
}

TEST(NewBase, TakenOutOfTheSpecInMidRolloutTheLongerTimesHold) {
  PlannerWorld world = shop([](PlannerWorld& w) { has_read(w, 'b', {"same", ""}); });
  world.push('b');
  ASSERT_TRUE(world.run_to("Shifting"));
  world.seen.tracked.spec.rollout.new_base.reset();
  world.tick();
  const TimePoint began = world.now;
  ASSERT_TRUE(world.run_to("Baking"));
  EXPECT_GE(world.now - began, seconds(110));
}

}  // namespace
}  // namespace freshet::testing
