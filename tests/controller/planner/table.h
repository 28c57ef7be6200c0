// The rows of the planner's event × phase table, and the events that can happen to a world.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/support/planner_world.h"

namespace freshet::testing {

// What one pass after the event led to.
struct Outcome {
  std::string phase;
  int percent = 0;  // the candidate's share that is asked for now
  int writes = 0;
  std::string hold;  // the first hold that is shown
  int rejected = 0;
  int deferred = 0;
  bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome);

struct Row {
  std::string sentence;
  std::string phase;
  std::function<void(PlannerWorld&)> event;
  Outcome expected;
};

// For each row: the phase is reached by clean passes, then the event, then one pass.
void check(const std::vector<Row>& rows);

// Events.
void newer_digest(PlannerWorld& world);
void stables_digest_again(PlannerWorld& world);
void tag_gone(PlannerWorld& world);
void template_edit(PlannerWorld& world);
void template_edit_that_equals_stable(PlannerWorld& world);
void percents(PlannerWorld& world);
void all_to_another(PlannerWorld& world);
void supersede(PlannerWorld& world);
GateSpec named_gate(const std::string& name, int retries = 0);
// Its candidate is Ready, and these gates wait for answers.
PlannerWorld world_with_gates(std::optional<GateOutcome> outcome,
                              std::vector<GateSpec> gates = {named_gate("smoke"),
                                                             named_gate("load")});

void past_deadline(PlannerWorld& world);
void long_in_preparing(PlannerWorld& world);
void exits_twice(PlannerWorld& world);
void unschedulable(PlannerWorld& world);
void unschedulable_for_a_while(PlannerWorld& world);
void pull_fails(PlannerWorld& world);
void unready(PlannerWorld& world, Duration length);
void unready_for_a_moment(PlannerWorld& world);
void unready_for_long(PlannerWorld& world);
void stable_unready(PlannerWorld& world);
void judged(PlannerWorld& world, VerdictKind kind);
void rollback_verdict(PlannerWorld& world);
void reduce_verdict(PlannerWorld& world);
void advance_verdict(PlannerWorld& world);
void blind(PlannerWorld& world);
void suspend(PlannerWorld& world);
void suspend_and_push(PlannerWorld& world);
void suspend_and_advance(PlannerWorld& world);

}  // namespace freshet::testing
