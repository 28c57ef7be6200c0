// What is told of a pass, and told again by who finds that nobody told it.
#include "controller/runtime/tell.h"

#include <gtest/gtest.h>

#include "controller/notify/notice.h"
#include "tests/support/planner_world.h"

namespace freshet {
namespace {

using testing::PlannerWorld;
using testing::world_in;

std::vector<std::string> reasons_of(const std::vector<Occasion>& occasions) {
  std::vector<std::string> out;
  for (const Occasion& occasion : occasions) out.push_back(occasion.fact.reason);
  return out;
}

TEST(Tell, AFactIsToldWithTheCoreBeforeAndAfterIt) {
  PlannerWorld world = world_in("Idle");
  const Core before = world.core();
  world.push('b');
  const Transition begun = world.look();
  Notes notes;
  notes.told_seq = before.seq;
  const std::vector<Occasion> told = occasions_of(world.seen, begun, notes, world.now);
  ASSERT_EQ(reasons_of(told), std::vector<std::string>{"CandidateFound"});
  EXPECT_EQ(told[0], (Occasion{begun.facts[0], before, begun.core, world.now}));

  TrackedServiceStatus status;
  status.stable.emplace().image = "r.io/shop/checkout:1";
  status.image_created = world.now - hours(50);
  const NoticeStatus notice = notice_of(world.seen, told[0], status);
  EXPECT_EQ(notice.id, notice_id(before.service, before.seq + 1, begun.facts[0]));
  EXPECT_EQ(notice.phase, "Preparing");
  EXPECT_EQ(notice.from_digests.at("app"), testing::digest_of('a').get());
  EXPECT_EQ(notice.to_digests.at("app"), testing::digest_of('b').get());
  EXPECT_EQ(notice.image, "r.io/shop/checkout:1");
  EXPECT_EQ(notice.image_created, status.image_created);
}

TEST(Tell, WhatNobodyToldIsToldOnceMoreWithTheSameId) {
  PlannerWorld world = world_in("Idle");
  const Core before = world.core();
  world.push('b');
  const Transition begun = world.look();
  world.carry_out(begun);
  Notes notes;  // of a process that has just begun
  notes.told_seq = before.seq;
  const Transition next = world.look();
  const std::vector<Occasion> told = occasions_of(world.seen, next, notes, world.now);
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told[0].fact, begun.facts[0]);
  EXPECT_EQ(notice_of(world.seen, told[0], {}).id,
            notice_id(before.service, before.seq + 1, begun.facts[0]));
  notes.told_seq = world.core().seq;
  EXPECT_EQ(reasons_of(occasions_of(world.seen, next, notes, world.now)).size(), next.facts.size());
}

TEST(Tell, AHoldThatNeedsAPersonIsToldWhenItBeginsAndOneThatEndsByItselfIsNot) {
  PlannerWorld world = world_in("Idle");
  Notes notes;
  notes.told_seq = world.core().seq;
  Transition held = world.look();
  held.facts.clear();
  held.explanation.holds = {{"freshet", "DowngradeHeld", "older", world.now, {}},
                            {"freshet", "NotConfirmed", "rests", world.now, world.now + hours(1)},
                            {"freshet", "Queued", "others", world.now, {}}};
  EXPECT_EQ(reasons_of(occasions_of(world.seen, held, notes, world.now)),
            std::vector<std::string>{"DowngradeHeld"});
  notes.told_holds = held.explanation.holds;
  EXPECT_TRUE(occasions_of(world.seen, held, notes, world.now).empty());
}

}  // namespace
}  // namespace freshet
