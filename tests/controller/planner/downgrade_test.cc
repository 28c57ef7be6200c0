// The guard against going back: what is held, what is not, and the one command that allows it.
#include <gtest/gtest.h>

#include "tests/controller/planner/table.h"

namespace freshet::testing {
namespace {

// The tag named these digests before, the newest first.
void seen_before(PlannerWorld& world, const std::string& digits) {
  auto& seen = world.seen.images.front().before.digests;
  seen.clear();
  for (const char digit : digits) seen.push_back({digest_of(digit).get(), world.now, {}});
}

void returns_to(PlannerWorld& world, char digit, const std::string& seen) {
  seen_before(world, seen);
  world.push(digit);
}

void made(PlannerWorld& world, Duration after_stable) {
  const TimePoint stable = world.now - days(10);
  world.seen.images.front().before.digests = {{digest_of('a').get(), stable, stable}};
  world.push('d');
  world.seen.images.front().confirmed->created = stable + after_stable;
}

// Stable runs tag 1.4, which its template names.
void chooses(PlannerWorld& world, const std::string& range, const std::string& tag) {
  FollowedImage& image = world.seen.images.front();
  image.follow = FollowSpec{range, "", {}};
  image.reference.tag = ImageTag(tag);
  world.push('d');
}

void runs_tag(PlannerWorld& world, const std::string& tag) {
  const std::string before = "checkout:1.4";
  for (std::string* text :
       {&world.revision(world.core().stable->name).template_json, &world.service().template_json,
        &world.service().containers.front().image}) {
    text->replace(text->find(before), before.size(), "checkout:" + tag);
  }
}

const Outcome kHeld = {"Idle", 0, 0, "DowngradeHeld", 0, 0};
const Outcome kStarted = {"Preparing", 0, 1, "", 0, 0};

TEST(DowngradeGuard, HoldsAStepBack) {
  check({
      {"a digest from before stable's", "Idle", [](PlannerWorld& w) { returns_to(w, 'd', "cad"); },
       kHeld},
      {"one that came after stable's may come again", "Idle",
       [](PlannerWorld& w) { returns_to(w, 'd', "cda"); }, kStarted},
      {"nor is one made after stable's a step back, whenever it was named", "Idle",
       [](PlannerWorld& w) {
         returns_to(w, 'd', "cad");
         w.seen.images.front().before.digests[1].created = w.now - days(2);
         w.seen.images.front().confirmed->created = w.now - days(1);
       },
       kStarted},
      {"where stable's was never named, nothing is known to be before it", "Idle",
       [](PlannerWorld& w) { returns_to(w, 'd', "cd"); }, kStarted},
      {"the newest one seen is no step back", "Idle",
       [](PlannerWorld& w) { returns_to(w, 'c', "ca"); }, kStarted},
      {"nor is one never seen", "Idle", [](PlannerWorld& w) { returns_to(w, 'd', "ca"); },
       kStarted},
      {"nor stable's own",
       "Idle",
       [](PlannerWorld& w) { returns_to(w, 'a', "ca"); },
       {"Idle", 0, 0, "", 0, 0}},
      {"an image made before stable's", "Idle", [](PlannerWorld& w) { made(w, -seconds(1)); },
       kHeld},
      {"one made at the same time is none", "Idle", [](PlannerWorld& w) { made(w, seconds(0)); },
       kStarted},
      {"a lower version than the one that runs", "Idle",
       [](PlannerWorld& w) {
         runs_tag(w, "1.4.10");
         chooses(w, "~1.4", "1.4.9");
       },
       kHeld},
      {"a version out of the narrowed range is higher still", "Idle",
       [](PlannerWorld& w) {
         runs_tag(w, "1.5.0");
         chooses(w, "~1.4", "1.4.9");
       },
       kHeld},
      {"a higher version is what is wanted", "Idle",
       [](PlannerWorld& w) {
         runs_tag(w, "1.4.9");
         chooses(w, "~1.4", "1.4.10");
       },
       kStarted},
      {"a tag that is no version cannot be compared", "Idle",
       [](PlannerWorld& w) { chooses(w, "~1.4", "1.4.9"); }, kStarted},
      {"a running rollout is not superseded by it",
       "Shifting",
       [](PlannerWorld& w) {
         seen_before(w, "bad");
         w.seen.tracked.spec.rollout.when_superseded = WhenSuperseded::kSupersede;
         w.push('d');
       },
       {"Shifting", 5, 0, "", 0, 0}},
      {"and is still withdrawn when the tag names stable's again",
       "Shifting",
       [](PlannerWorld& w) { returns_to(w, 'a', "ba"); },
       {"Retreating", 0, 1, "", 0, 0}},
  });
}

TEST(DowngradeGuard, NamesTheOneCommandThatAllowsIt) {
  PlannerWorld world = world_in("Idle");
  returns_to(world, 'd', "cad");
  const Transition held = world.pass();
  ASSERT_EQ(hold_reasons(held), std::vector<std::string>{"DowngradeHeld"});
  EXPECT_EQ(held.explanation.holds.front().message,
            "registry.test/acme/checkout:1.4 names dddddddddddd again, as before "
            "2026-11-23T02:00:10Z; freshet retry checkout -n shop --allow-downgrade lets it roll "
            "out")
      << held.explanation.message;
  world.command("retry", "1");
  world.tick();
  EXPECT_EQ(world.phase(), "Idle");
  world.command("retry", "2 --allow-downgrade");
  world.tick();
  EXPECT_EQ(world.phase(), "Preparing");
}

TEST(DowngradeGuard, IsAllowedForThatDigestOnlyAndUntilItIsStable) {
  PlannerWorld world = world_in("Idle");
  returns_to(world, 'd', "cade");
  world.command("retry", "1 --allow-downgrade");
  world.tick();
  EXPECT_EQ(world.seen.memo.downgrade_allowed, (DigestSet{{ContainerName("app"), digest_of('d')}}));
  world.verdict = VerdictKind::kPromote;
  ASSERT_TRUE(world.run_to("Baking"));
  ASSERT_TRUE(world.run_to("Idle"));
  world.tick();
  EXPECT_EQ(world.core().stable->pair.digests.begin()->second, digest_of('d'));
  EXPECT_EQ(world.seen.memo.downgrade_allowed, std::nullopt);
  world.push('e');
  EXPECT_EQ(hold_reasons(world.pass()), std::vector<std::string>{"DowngradeHeld"});
}

TEST(DowngradeGuard, HasNothingToAllowWhereNothingIsHeld) {
  PlannerWorld world = world_in("Idle");
  world.command("retry", "1 --allow-downgrade");
  world.tick();
  ASSERT_FALSE(world.seen.memo.answers.empty());
  EXPECT_FALSE(world.seen.memo.answers.front().accepted);
  EXPECT_EQ(world.seen.memo.answers.front().sentence, "nothing is held as a downgrade");
}

}  // namespace
}  // namespace freshet::testing
