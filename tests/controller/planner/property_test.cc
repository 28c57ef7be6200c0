// Invariants checked after every step of seeded random stories, in which the
// world does to a rollout whatever it likes.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>

#include "tests/support/planner_world.h"

namespace freshet::testing {
namespace {

constexpr int kStories = 150;
constexpr int kEvents = 150;

using Dice = std::mt19937_64;

int roll(Dice& dice, int sides) { return std::uniform_int_distribution<int>(0, sides - 1)(dice); }

RevisionName any_revision(PlannerWorld& w, Dice& dice) {
  auto it = w.seen.revisions.begin();
  std::advance(it, roll(dice, static_cast<int>(w.seen.revisions.size())));
  return it->first;
}

VerdictKind any_verdict(Dice& dice) {
  const int side = roll(dice, 60);
  if (side == 0) return VerdictKind::kRollback;
  if (side < 3) return VerdictKind::kReduce;
  if (side < 20) return VerdictKind::kContinue;
  return side < 40 ? VerdictKind::kAdvance : VerdictKind::kPromote;
}

std::string any_command(Dice& dice, std::string& verb) {
  constexpr const char* kVerbs[] = {"abort", "promote", "pause",  "resume",
                                    "retry", "adopt",   "repair", "rollback"};
  constexpr const char* kWords[] = {
      "",           "--full",   "--keep-mine", "--keep-theirs", "--to=checkout-00001",
      "--until=1h", "--step=2", "--nonsense"};
  verb = kVerbs[roll(dice, 8)];
  return std::to_string(roll(dice, 1000)) + " " + kWords[roll(dice, 8)] + " a reason";
}

void any_event(PlannerWorld& w, Dice& dice) {
  switch (roll(dice, 22)) {
    case 0: return w.push(static_cast<char>('a' + roll(dice, 5)));
    case 1: return w.edit_template(roll(dice, 2) == 0 ? "fast" : "plain");
    case 2: return w.apply_template("plain", "registry.test/acme/checkout:1.4");
    case 3:
      return w.set_traffic({entry(any_revision(w, dice), 60), entry(any_revision(w, dice), 40)});
    case 4: return w.set_traffic({entry(any_revision(w, dice), 100)});
    case 5: return w.set_traffic({{{}, true, Percent::clamp(100), {}}});
    case 6: {
      Traffic traffic = w.traffic();
      const TrafficTarget tagged =
          entry(any_revision(w, dice), 0, "t" + std::to_string(roll(dice, 3)));
      std::erase_if(traffic, [&](const TrafficTarget& known) {
        return known.tag == tagged.tag && known.percent.get() == 0;
      });
      if (std::ranges::find(traffic, tagged.tag, &TrafficTarget::tag) != traffic.end()) return;
      traffic.push_back(tagged);
      return w.set_traffic(traffic);
    }
    case 7: return w.make_ready(any_revision(w, dice), Tri::kFalse, "ExitCode7", "crashed");
    case 8: return w.make_ready(any_revision(w, dice), Tri::kUnknown);
    case 9:
      for (auto& [name, revision] : w.seen.revisions) w.make_ready(name, Tri::kTrue);
      return;
    case 10: {
      std::string verb;
      const std::string value = any_command(dice, verb);
      return w.command(verb, value);
    }
    case 11: return w.lose_core();
    case 12: return w.damage_core("{\"v\":1,\"service\":\"service-uid\"}");
    case 13: return w.forget_memo();
    case 14: return w.seen.mirror.reset();
    case 15: w.programs = !w.programs; return;
    case 16: w.judged = !w.judged; return;
    case 17:
      if (!std::exchange(w.seen.others_first, std::nullopt)) {
        w.seen.others_first =
            OthersFirst{roll(dice, 2) == 0 ? "Queued" : "FailureBudget", "others"};
      }
      return;
    case 18: w.seen.tracked.spec.suspend = !w.seen.tracked.spec.suspend; return;
    case 19:
      w.seen.candidate_pods = PodFacts{1, 0, roll(dice, 3), false, false, ""};
      if (roll(dice, 3) != 0) w.seen.candidate_pods.reset();
      return;
    case 20: w.now += minutes(roll(dice, 60)); return;
    default: w.now += hours(roll(dice, 5)); return;
  }
}

// What Knative's webhook refuses is never relied on.
void expect_valid_traffic(const ServiceWrite& write) {
  if (!write.traffic) return;
  EXPECT_EQ(percent_sum(*write.traffic), 100) << to_string(*write.traffic);  // S1
  std::vector<TrafficTag> tags;
  for (const TrafficTarget& target : *write.traffic) {
    EXPECT_NE(target.revision.has_value(), target.latest_revision);
    if (target.tag) {
      EXPECT_EQ(std::count(tags.begin(), tags.end(), *target.tag), 0) << to_string(*write.traffic);
      tags.push_back(*target.tag);
    }
    EXPECT_TRUE(!write.core || target.percent.get() == 0 || target.revision);  // S3
  }
  EXPECT_LE(serving(*write.traffic).size(), 2u);  // S4
}

bool raises(const Core& before, const Core& after) {
  const Rollout* was = active_rollout(before.phase);
  const bool same = was != nullptr && active_rollout(after.phase) != nullptr;
  const int share = same ? candidate_percent(before) : 0;
  if (std::holds_alternative<Idle>(after.phase) && was != nullptr && before.stable &&
      after.stable->uid != before.stable->uid) {
    return true;
  }
  return candidate_percent(after) > share;
}

bool by_a_person(const Transition& transition) {
  return has_fact(transition.facts, "CommandAccepted");
}

// S5: more than the first step needs a verdict about this uid, a clock that was set, or a person.
void expect_evidence(const Observation& seen, const Core& before, const Transition& transition) {
  const Core& after = *transition.write->core;
  if (!raises(before, after) || by_a_person(transition)) return;
  if (std::holds_alternative<Preparing>(before.phase)) return;  // to the first step: Ready
  const Rollout& rollout = *active_rollout(before.phase);
  EXPECT_EQ(seen.verdict_uid, rollout.candidate.uid);
  EXPECT_EQ(seen.memo.seq, before.seq);
  ASSERT_TRUE(seen.memo.step_since);
  const bool deadline = has_fact(transition.facts, "DeadlinePassed");
  if (std::holds_alternative<Baking>(before.phase) || deadline) return;
  EXPECT_TRUE(seen.verdict.kind == VerdictKind::kAdvance ||
              seen.verdict.kind == VerdictKind::kPromote);
}

// S6: what begins was not rejected; stable's pair never is.
void expect_sticky_rejections(const Core& before, const Core& after, TimePoint now) {
  const bool starts = std::holds_alternative<Preparing>(after.phase);
  if (starts && std::holds_alternative<Idle>(before.phase)) {
    const Pair& pair = active_rollout(after.phase)->candidate.pair;
    EXPECT_NE(pair, after.stable->pair);
    for (const Rejection& rejection : before.rejected) {
      EXPECT_FALSE(rejection.pair == pair && rejection.until > now);
    }
  }
  for (const Rejection& rejection : after.rejected) {
    EXPECT_FALSE(after.stable && rejection.pair == after.stable->pair);
    const bool is_new = std::ranges::find(before.rejected, rejection) == before.rejected.end();
    if (is_new) {
      EXPECT_EQ(rejection.seq, after.seq);
    }
  }
  EXPECT_LE(after.rejected.size(), kMaxRejections);
}

// S8: stable is routed in every split, and Ready when a share is raised.
void expect_stable_routed(const Observation& seen, const Core& before,
                          const Transition& transition) {
  const Core& after = *transition.write->core;
  if (!after.stable || !transition.write->traffic) return;
  EXPECT_GT(share_of(*transition.write->traffic, after.stable->name), 0);
  if (!raises(before, after) || std::holds_alternative<Idle>(after.phase)) return;
  const auto stable = seen.revisions.find(after.stable->name);
  ASSERT_NE(stable, seen.revisions.end());
  EXPECT_EQ(stable->second.ready.status, Tri::kTrue);
}

void expect_invariants(const Observation& seen, const Transition& transition, TimePoint now) {
  EXPECT_EQ(step(seen, now), transition) << "one observation, one answer";
  EXPECT_FALSE(transition.explanation.message.empty());
  EXPECT_FALSE(transition.explanation.reason.empty());
  EXPECT_FALSE(transition.explanation.next.empty());
  EXPECT_LE(transition.memo.answers.size(), kMaxAnswers);
  EXPECT_LE(transition.memo.history.size(), kMaxHistory);
  EXPECT_LE(transition.memo.deferred.size(), kMaxRejections);
  if (!transition.write) return;
  expect_valid_traffic(*transition.write);
  EXPECT_TRUE(seen.tracked.spec.rollout.write_mode == WriteMode::kPin ||
              std::holds_alternative<KeepTemplate>(transition.write->template_change));
  if (!transition.write->core) return;
  EXPECT_EQ(transition.core, transition.write->core);
  EXPECT_EQ(read_core(core_to_text(*transition.core)), CoreRead(*transition.core));
  const auto* before = std::get_if<Core>(&seen.core);
  if (before == nullptr || before->service != seen.service->uid) return;
  EXPECT_EQ(transition.core->seq, before->seq + 1);  // S7
  expect_evidence(seen, *before, transition);
  expect_sticky_rejections(*before, *transition.core, now);
  expect_stable_routed(seen, *before, transition);
}

PlannerWorld any_world(Dice& dice) {
  PlannerWorld world;
  RolloutSpec& rules = world.seen.tracked.spec.rollout;
  rules.when_superseded =
      roll(dice, 2) == 0 ? WhenSuperseded::kSupersede : WhenSuperseded::kFinishThenLatest;
  rules.on_rollback = roll(dice, 4) == 0 ? OnRollback::kLeaveTemplate : OnRollback::kRevertTemplate;
  rules.write_mode = roll(dice, 4) == 0 ? WriteMode::kTrafficOnly : WriteMode::kPin;
  rules.approval = roll(dice, 3) == 0 ? static_cast<Approval>(roll(dice, 3)) : Approval::kNone;
  rules.when_inconclusive = static_cast<WhenInconclusive>(roll(dice, 3));
  rules.bake.duration = minutes(roll(dice, 10));
  rules.deadline = minutes(10 + roll(dice, 120));
  return world;
}

TEST(Properties, HoldInEveryRandomStory) {
  for (int seed = 0; seed < kStories && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(static_cast<std::uint64_t>(seed));
    PlannerWorld world = any_world(dice);
    const int calm = 2 + 12 * (seed % 4);  // one event in so many steps
    for (int event = 0; event < kEvents; ++event) {
      SCOPED_TRACE("event " + std::to_string(event));
      if (roll(dice, calm) == 0) any_event(world, dice);
      world.verdict = any_verdict(dice);
      world.now += seconds(roll(dice, 200));
      if (roll(dice, 8) != 0) world.settle();
      const Transition transition = world.look();
      expect_invariants(world.seen, transition, world.now);
      if (roll(dice, 10) != 0) world.carry_out(transition);
    }
  }
}

// L1: when the world stops, so does Freshet: Idle, or a hold that says what it waits for.
TEST(Properties, WhenFaultsStopItComesToRest) {
  for (int seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Dice dice(static_cast<std::uint64_t>(seed) + 1000);
    PlannerWorld world;
    for (int event = 0; event < 60; ++event) {
      if (roll(dice, 2) == 0) any_event(world, dice);
      world.verdict = any_verdict(dice);
      world.tick(seconds(roll(dice, 200)));
    }
    world.programs = world.judged = true;
    world.seen.others_first.reset();
    world.seen.tracked.spec.suspend = false;
    world.seen.candidate_pods.reset();
    for (auto& [name, revision] : world.seen.revisions) world.make_ready(name, Tri::kTrue);
    for (auto& [name, revision] : world.seen.revisions) revision.container_healthy = {};
    world.verdict = VerdictKind::kPromote;
    for (int i = 0; i < 1500; ++i) world.tick(minutes(1));
    world.writes.clear();
    Transition last;
    for (int i = 0; i < 50; ++i) last = world.tick(seconds(30));
    EXPECT_TRUE(world.writes.empty()) << world.writes.front().why;
    EXPECT_TRUE(world.phase() == "Idle" || !last.explanation.holds.empty())
        << world.phase() << ": " << last.explanation.message;
  }
}

}  // namespace
}  // namespace freshet::testing
