// The time a rollout waits for people and policies. Waits overlap (a pause while approval is
// awaited): their union counts, once.
#include "controller/planner/waits.h"

#include <algorithm>

#include "base/overloaded.h"
#include "controller/planner/gate_course.h"

namespace freshet::planning {
namespace {

struct Span {
  TimePoint start{};
  TimePoint end{};
};

bool is_over(const Hold& hold, TimePoint now) { return hold.until && *hold.until <= now; }

Duration union_length(std::vector<Span> spans) {
  std::ranges::sort(spans, {}, &Span::start);
  Duration total{0};
  TimePoint reached = TimePoint::min();
  for (const Span& span : spans) {
    const TimePoint start = std::max(span.start, reached);
    if (span.end <= start) continue;
    total += span.end - start;
    reached = span.end;
  }
  return total;
}

Rollout* rollout_of(Phase& phase) {
  using Found = Rollout*;
  return std::visit(overloaded{
                        [](Adopting&) -> Found { return nullptr; },
                        [](Idle&) -> Found { return nullptr; },
                        [](Preparing& p) -> Found { return &p.rollout; },
                        [](Gating& p) -> Found { return &p.rollout; },
                        [](Waiting& p) -> Found { return &p.rollout; },
                        [](Shifting& p) -> Found { return &p.rollout; },
                        [](Baking& p) -> Found { return &p.rollout; },
                        [](Retreating& p) -> Found { return &p.rollout; },
                    },
                    phase);
}

}  // namespace

std::vector<Hold> active_holds(const Core& core, TimePoint now) {
  std::vector<Hold> out;
  for (const Hold& hold : core.holds) {
    if (!is_over(hold, now)) out.push_back(hold);
  }
  return out;
}

Duration open_waits(const Core& core, const Memo& memo, TimePoint now) {
  const Rollout* rollout = active_rollout(core.phase);
  if (rollout == nullptr) return Duration{0};
  std::vector<Span> spans;
  for (const Hold& hold : core.holds) {
    spans.push_back({hold.since, std::min(now, hold.until.value_or(now))});
  }
  const bool is_before_traffic =
      std::holds_alternative<Waiting>(core.phase) || std::holds_alternative<Gating>(core.phase);
  if (is_before_traffic) spans.push_back({core.since, now});
  if (memo.closed_since) spans.push_back({*memo.closed_since, now});
  if (memo.waiting_since) spans.push_back({*memo.waiting_since, now});
  for (Span& span : spans) span.start = std::max(span.start, rollout->started);
  return union_length(std::move(spans));
}

void end_wait(const Core& core, TimePoint now, Memo& memo, std::optional<TimePoint> Memo::*which) {
  const Duration with = open_waits(core, memo, now);
  (memo.*which).reset();
  memo.closed_for += with - open_waits(core, memo, now);
}

Duration counted_time(const Pass& pass, const Rollout& rollout) {
  return pass.now - rollout.started - rollout.held - pass.memo.closed_for -
         open_waits(pass.core, pass.memo, pass.now);
}

// While a gate is open it goes on: what cannot be told for so long gives way to a newer image.
bool is_past_deadline(const Pass& pass) {
  const Rollout* rollout = pass.rollout();
  if (rollout == nullptr) return false;
  Duration counted = counted_time(pass, *rollout);
  const bool at_a_gate = std::holds_alternative<Gating>(pass.core.phase) &&
                         first_open_gate(pass.memo.gates) != nullptr;
  if (at_a_gate) {
    Core elsewhere = pass.core;
    elsewhere.phase = Preparing{*rollout};
    counted +=
        open_waits(pass.core, pass.memo, pass.now) - open_waits(elsewhere, pass.memo, pass.now);
  }
  return counted > pass.rules().deadline;
}

void settle_waits(const Pass& pass, const Memo& memo_after, Core& next) {
  std::erase_if(next.holds, [&](const Hold& hold) { return is_over(hold, pass.now); });
  Rollout* rollout = rollout_of(next.phase);
  const Rollout* before = pass.rollout();
  if (rollout == nullptr || before == nullptr || before->id != rollout->id) return;
  const Duration ended =
      open_waits(pass.core, pass.memo, pass.now) - open_waits(next, memo_after, pass.now);
  if (ended > Duration{0}) rollout->held += ended;
  rollout->held += pass.memo.closed_for;  // which memo_after has no more
}

}  // namespace freshet::planning
