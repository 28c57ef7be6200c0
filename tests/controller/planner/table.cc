// Events, and what one pass makes of them.
#include "tests/controller/planner/table.h"

#include <gtest/gtest.h>

namespace freshet::testing {
namespace {

Outcome outcome_of(PlannerWorld& world) {
  world.writes.clear();
  const Transition transition = world.pass();
  const auto holds = hold_reasons(transition);
  const Core core = world.core();
  return {std::string(phase_name(transition.core->phase)),
          candidate_percent(core),
          static_cast<int>(world.writes.size()),
          holds.empty() ? "" : holds.front(),
          static_cast<int>(core.rejected.size()),
          static_cast<int>(world.seen.memo.deferred.size())};
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Outcome& o) {
  return out << o.phase << " " << o.percent << " %, writes " << o.writes << ", hold '" << o.hold
             << "', rejected " << o.rejected << ", deferred " << o.deferred;
}

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    PlannerWorld world = world_in(row.phase);
    ASSERT_EQ(world.phase(), row.phase) << row.sentence;
    row.event(world);
    EXPECT_EQ(outcome_of(world), row.expected) << row.sentence << " (" << row.phase << ")";
  }
}

void newer_digest(PlannerWorld& w) { w.push('c'); }
void stables_digest_again(PlannerWorld& w) { w.push('a'); }
void tag_gone(PlannerWorld& w) { w.seen.images.front().not_found_streak = 3; }
void template_edit(PlannerWorld& w) {
  w.edit_template("fast");
  w.settle();
}
void template_edit_that_equals_stable(PlannerWorld& w) {
  w.edit_template("fast");
  w.edit_template("plain");
  w.settle();
}
void percents(PlannerWorld& w) {
  w.set_traffic({entry(w.core().stable->name, 70), entry(RevisionName("checkout-00001"), 0, "old"),
                 entry(RevisionName("checkout-00002"), 30)});
}
void all_to_another(PlannerWorld& w) {
  w.new_revisions = Tri::kTrue;
  w.edit_template("fast");
  w.settle();
  w.set_traffic({entry(RevisionName("checkout-00002"), 100)});
  w.settle();
}
void supersede(PlannerWorld& w) {
  w.seen.tracked.spec.rollout.when_superseded = WhenSuperseded::kSupersede;
  newer_digest(w);
}
GateSpec named_gate(const std::string& name, int retries) {
  return {.name = name, .http = HttpGateSpec{}, .retries = retries};
}

PlannerWorld world_with_gates(std::optional<GateOutcome> outcome, std::vector<GateSpec> gates) {
  PlannerWorld world;
  world.run_to("Idle");
  world.seen.tracked.spec.gates = std::move(gates);
  world.gates_come_to = outcome;
  world.push('b');
  world.run_to("Gating");
  return world;
}

void past_deadline(PlannerWorld& w) { w.now += hours(7); }
void long_in_preparing(PlannerWorld& w) { w.now += minutes(11); }
void exits_twice(PlannerWorld& w) { w.seen.candidate_pods = {1, 0, 2, false, false, "exit 7"}; }
void unschedulable(PlannerWorld& w) {
  w.now += minutes(5);
  w.seen.candidate_pods = {1, 0, 0, true, false, "no nodes"};
}
void unschedulable_for_a_while(PlannerWorld& w) {
  unschedulable(w);
  w.now -= minutes(1);
}
void pull_fails(PlannerWorld& w) {
  w.now += seconds(31);
  w.seen.candidate_pods = {1, 0, 0, false, true, "401"};
}
void unready(PlannerWorld& w, Duration length) {
  w.make_ready(*w.candidate(), Tri::kFalse, "Deploying", "no pods");
  w.pass();
  w.now += length;
}
void unready_for_a_moment(PlannerWorld& w) { unready(w, seconds(29)); }
void unready_for_long(PlannerWorld& w) { unready(w, seconds(30)); }
void stable_unready(PlannerWorld& w) {
  w.make_ready(w.core().stable->name, Tri::kFalse, "ExitCode1", "gone");
}
void judged(PlannerWorld& w, VerdictKind kind) {
  w.verdict = kind;
  w.now += minutes(20);  // past minimumStep and bake.for
}
void rollback_verdict(PlannerWorld& w) { judged(w, VerdictKind::kRollback); }
void reduce_verdict(PlannerWorld& w) { judged(w, VerdictKind::kReduce); }
void advance_verdict(PlannerWorld& w) { judged(w, VerdictKind::kAdvance); }
void blind(PlannerWorld& w) {
  w.seen.verdict.holds = {AnalysisHold::kStaleMetrics};
  w.pass();
  w.now += minutes(5);
}
void suspend(PlannerWorld& w) { w.seen.tracked.spec.suspend = true; }
void suspend_and_push(PlannerWorld& w) {
  suspend(w);
  newer_digest(w);
}
void suspend_and_advance(PlannerWorld& w) {
  suspend(w);
  advance_verdict(w);
}

}  // namespace freshet::testing
