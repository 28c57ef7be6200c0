// The course of a candidate's gates.
#include "controller/planner/gate_course.h"

#include <algorithm>

#include "base/text.h"
#include "controller/planner/explain.h"
#include "controller/planner/look.h"

namespace freshet::planning {
namespace {

bool is_over(const GateRecord& record) {
  return record.state == GateState::kPassed || record.state == GateState::kFailed;
}

std::vector<GateRecord> as_specified(const std::vector<GateRecord>& known,
                                     const std::vector<GateSpec>& gates) {
  std::vector<GateRecord> out;
  for (const GateSpec& gate : gates) {
    GateRecord record{.name = gate.name, .spec = gate_fingerprint(gate)};
    const auto same = [&](const GateRecord& one) {
      return one.name == record.name && one.spec == record.spec;
    };
    const auto found = std::ranges::find_if(known, same);
    out.push_back(found == known.end() ? std::move(record) : *found);
  }
  return out;
}

Duration pause_after(int rounds) {
  const int doubled = std::clamp(rounds - 1, 0, 4);
  return std::min<Duration>(kGateAskAgain * (1 << doubled), kGateAskAgainAtMost);
}

void try_again(GateRecord& record, const GateSpec& gate, const GateAttempt& attempt) {
  const TimePoint next = attempt.ended + kGateRetryAfter;
  const TimePoint until = record.round_began.value_or(attempt.ended) + gate.timeout;
  record.again = next;
  if (record.tries <= gate.retries && next < until) {
    if (record.state == GateState::kPending) record.state = GateState::kTrying;
    return;
  }
  record.again.reset();
  record.tries = 0;
  record.round_began.reset();
  const bool fails = attempt.outcome == GateOutcome::kFailed || gate.on_error == GateOnError::kFail;
  record.state = fails ? GateState::kFailed : GateState::kInconclusive;
  if (!fails) record.again = attempt.ended + pause_after(++record.rounds);
}

void fold(GateRecord& record, const GateSpec& gate, const GateAttempt& attempt) {
  record.attempts += 1;
  record.tries += 1;
  record.ended = attempt.ended;
  record.message = printable(attempt.sentence, kMaxGateSentence);
  if (attempt.outcome != GateOutcome::kPassed) return try_again(record, gate, attempt);
  record.state = GateState::kPassed;
  record.tries = 0;
  record.again.reset();
  record.round_began.reset();
}

void tell_gate(Pass& pass, const Rollout& rollout, const GateRecord& record) {
  const std::string sentence = "rollout " + rollout.id + ": " + candidate_text(pass, rollout) +
                               ", gate " + record.name + ": " + record.message;
  switch (record.state) {
    case GateState::kPending:
    case GateState::kTrying: return;
    case GateState::kPassed: pass.facts.push_back(fact("GatePassed", sentence)); return;
    case GateState::kFailed: pass.facts.push_back(warning("GateFailed", sentence)); return;
    case GateState::kInconclusive:
      pass.facts.push_back(warning("GateInconclusive", sentence));
      return;
  }
}

}  // namespace

void settle_gates(Pass& pass) {
  const Rollout* rollout = pass.rollout();
  GateBook& book = pass.memo.gates;
  const bool same =
      rollout != nullptr && book.rollout == rollout->id && book.candidate == rollout->candidate.uid;
  if (!same) book = GateBook{};
  if (!std::holds_alternative<Gating>(pass.core.phase)) return;
  book = {rollout->id, *rollout->candidate.uid, as_specified(book.gates, pass.spec().gates)};
  const auto& attempt = pass.seen.gate_attempt;
  if (!attempt || attempt->candidate != book.candidate) return;
  for (std::size_t i = 0; i < book.gates.size(); ++i) {
    GateRecord& record = book.gates[i];
    const bool fits = record.name == attempt->gate && record.spec == attempt->spec &&
                      record.attempts + 1 == attempt->number;
    if (!fits || is_over(record)) continue;
    const GateState before = record.state;
    fold(record, pass.spec().gates[i], *attempt);
    if (record.state != before) tell_gate(pass, *rollout, record);
  }
}

const GateRecord* first_open_gate(const GateBook& book) {
  const auto open = std::ranges::find_if(
      book.gates, [](const GateRecord& one) { return one.state != GateState::kPassed; });
  return open == book.gates.end() ? nullptr : &*open;
}

bool have_all_gates_passed(const Pass& pass) {
  const auto gates = as_specified(pass.memo.gates.gates, pass.spec().gates);
  return std::ranges::all_of(gates,
                             [](const GateRecord& one) { return one.state == GateState::kPassed; });
}

GateQuestion next_question(GateRecord& record, const GateSpec& gate, const Uid& candidate,
                           TimePoint now) {
  // A TaskRun's end is seen a little after the end of its time: still in this round.
  const Duration grace = gate.task_run ? 2 * kTaskRunIsLate : Duration{0};
  if (!record.round_began || now >= *record.round_began + gate.timeout + grace) {
    record.round_began = now;
    record.tries = 0;
  }
  GateQuestion out;
  out.candidate = candidate;
  out.gate = gate;
  out.spec = record.spec;
  out.number = record.attempts + 1;
  out.tries_left = gate.retries + 1 - record.tries;
  out.until = *record.round_began + gate.timeout;
  return out;
}

std::vector<GateStatus> gate_statuses(const GateBook& book) {
  std::vector<GateStatus> out;
  for (const GateRecord& one : book.gates) {
    out.push_back(
        {one.name, std::string(to_string(one.state)), one.attempts, one.message, one.ended});
  }
  return out;
}

std::string gates_text(const Pass& pass) {
  const auto& gates = pass.memo.gates.gates;
  const auto passed = std::ranges::count(gates, GateState::kPassed, &GateRecord::state);
  const std::size_t all = pass.spec().gates.size();
  std::string out = std::to_string(passed) + " of " + std::to_string(all) + " gates " +
                    (passed == 1 ? "has" : "have") + " passed";
  const GateRecord* open = first_open_gate(pass.memo.gates);
  if (open != nullptr) return out + ", " + open->name + " is tried";
  if (gates.empty() && all > 0) out += ", " + pass.spec().gates.front().name + " is tried";
  return out;
}

}  // namespace freshet::planning
