// The course of a candidate's gates: which is tried next, and what its tries come to.
#pragma once

#include <string>
#include <vector>

#include "controller/planner/pass.h"

namespace freshet::planning {

inline constexpr Duration kGateRetryAfter = seconds(2);  // between two tries of one round
// Between two inconclusive rounds, twice as long each time.
inline constexpr Duration kGateAskAgain = minutes(1);
inline constexpr Duration kGateAskAgainAtMost = minutes(10);

// Opens the book of the present rollout's candidate, as the present spec has its gates, and takes
// in the attempt that has ended; what it came to is told in `pass.facts`. Of a gate that was
// changed nothing is known.
void settle_gates(Pass& pass);

// The first that has not passed; null when all have.
const GateRecord* first_open_gate(const GateBook& book);
// Of the present spec, for the present candidate; true without gates.
bool have_all_gates_passed(const Pass& pass);
// What to find out about it now. Notes in `record` when its round began.
GateQuestion next_question(GateRecord& record, const GateSpec& gate, const Uid& candidate,
                           TimePoint now);

std::vector<GateStatus> gate_statuses(const GateBook& book);
std::string gates_text(const Pass& pass);  // "1 of 2 gates have passed, load is tried"

}  // namespace freshet::planning
