// Making a Transition.
#include "controller/planner/decide.h"

#include <algorithm>

#include "base/text.h"
#include "controller/planner/explain.h"
#include "controller/planner/ledger.h"
#include "controller/planner/traffic_intent.h"
#include "controller/planner/waits.h"

namespace freshet::planning {
namespace {

bool same_position(const Core& a, const Core& b) {
  return a.phase.index() == b.phase.index() && candidate_percent(a) == candidate_percent(b);
}

// Evidence and clocks belong to one percent as programmed: whatever sets traffic starts them anew,
// and a write of the core alone (a pause) leaves them running.
Memo memo_after(const Pass& pass, const Core& next, bool sets_traffic) {
  Memo memo = pass.memo;
  memo.seq = next.seq;
  memo.closed_for = Duration{0};  // settle_waits() takes it into the core
  if (active_rollout(next.phase) == nullptr) memo.closed_since.reset();
  if (!sets_traffic && same_position(pass.core, next)) return memo;
  memo.step_since.reset();
  memo.blind_since.reset();
  memo.waiting_since.reset();
  if (active_rollout(next.phase) == nullptr) memo.candidate_unready_since.reset();
  if (std::holds_alternative<Preparing>(next.phase)) memo.candidate_unready_since = next.since;
  return memo;
}

// Without a core of ours (yet) the mirror stays what it is: recovery reads it.
std::optional<Core> core_to_mirror(const Pass& pass) {
  if (pass.origin == CoreOrigin::kOurs || pass.origin == CoreOrigin::kNone) return pass.core;
  const auto& mirror = pass.seen.mirror;
  if (mirror && mirror->service == pass.core.service) return mirror;
  return std::nullopt;
}

// Where nobody remembers the sequence of the Service's last core: writes are further apart than a
// second, so its age in seconds is above every number that was ever written.
std::int64_t least_sequence(const Pass& pass) {
  if (pass.origin == CoreOrigin::kOurs || !pass.service.created) return 0;
  return std::chrono::floor<seconds>(pass.now - *pass.service.created).count();
}

}  // namespace

Core enter(Core core, Phase phase, TimePoint now) {
  core.phase = std::move(phase);
  core.since = now;
  return core;
}

Transition write(Pass pass, Change change, Fact fact) {
  Core& next = change.next;
  next.seq = std::max(pass.core.seq, least_sequence(pass)) + 1;
  Memo memo = memo_after(pass, next, change.sets_traffic);
  settle_waits(pass, memo, next);
  tidy_rejections(next, pass.now);
  fact.message = printable(fact.message, kMaxLastBytes);
  next.last = fact;
  Transition out;
  ServiceWrite service_write;
  if (change.sets_traffic) service_write.traffic = traffic_to_write(pass, next);
  service_write.template_change = std::move(change.template_change);
  service_write.core = next;
  service_write.urgent = change.urgent;
  service_write.why = std::move(change.why);
  out.memo = std::move(memo);
  out.explanation = describe(pass, next);
  out.facts = std::move(pass.facts);
  out.facts.push_back(std::move(fact));
  out.remove_annotations = std::move(pass.remove_annotations);
  out.wake_at = pass.now + kSoon;
  out.core = next;
  out.write = std::move(service_write);
  return out;
}

void say_more(Transition& written, const std::string& more) {
  Fact& said = written.facts.back();
  said.message = printable(said.message + more, kMaxLastBytes);
  written.core->last = said;
  written.write->core->last = said;
}

Transition wait(Pass pass, Explanation explanation, std::optional<TimePoint> wake_at) {
  Transition out;
  out.core = core_to_mirror(pass);
  out.memo = std::move(pass.memo);
  out.facts = std::move(pass.facts);
  out.remove_annotations = std::move(pass.remove_annotations);
  out.explanation = std::move(explanation);
  out.wake_at = wake_at;
  return out;
}

Transition go_on(Pass pass, Explanation explanation, std::optional<TimePoint> wake_at) {
  end_wait(pass.core, pass.now, pass.memo, &Memo::waiting_since);
  return wait(std::move(pass), std::move(explanation), wake_at);
}

void alert_once(Pass& pass, Fact fact) {
  if (pass.memo.waiting_since) return;
  pass.memo.waiting_since = pass.now;
  pass.facts.push_back(std::move(fact));
}

std::optional<TimePoint> earliest(std::optional<TimePoint> a, std::optional<TimePoint> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

HoldStatus own_hold(const Pass& pass, std::string reason, std::string message) {
  return {"freshet", std::move(reason), std::move(message), pass.now, std::nullopt};
}

}  // namespace freshet::planning
