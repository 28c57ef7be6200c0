// Rejections stand in the core, deferrals and history in the memo.
#include "controller/planner/ledger.h"

#include <algorithm>
#include <array>

#include "base/relapse.h"
#include "base/text.h"
#include "controller/planner/gate_course.h"
#include "controller/planner/look.h"
#include "controller/planner/waits.h"

namespace freshet::planning {
namespace {

constexpr std::array<Duration, 3> kDeferFor = {minutes(10), hours(1), hours(6)};

}  // namespace

const Rejection* find_rejection(const Pass& pass, const Pair& pair) {
  const auto& rejected = pass.core.rejected;
  const auto found = std::ranges::find_if(rejected, [&](const Rejection& rejection) {
    const bool same = is_same(pass, rejection.pair, pair) || relapsed(Relapse::kStuckFailed);
    return same && rejection.until > pass.now;
  });
  return found == rejected.end() ? nullptr : &*found;
}

const Deferral* find_deferral(const Memo& memo, const Pair& pair, TimePoint now) {
  const auto found = std::ranges::find_if(memo.deferred, [&](const Deferral& deferral) {
    return deferral.pair == pair && deferral.until > now;
  });
  return found == memo.deferred.end() ? nullptr : &*found;
}

bool rejects(RetreatWhy why) {
  switch (why) {
    case RetreatWhy::kVerdict:
    case RetreatWhy::kCrashed:
    case RetreatWhy::kAborted:
    case RetreatWhy::kDeadline:
    case RetreatWhy::kRolledBackTo:
    case RetreatWhy::kGateFailed: return true;
    case RetreatWhy::kNotReady:
    case RetreatWhy::kUnready:
    case RetreatWhy::kDigestMismatch:
    case RetreatWhy::kWithdrawn:
    case RetreatWhy::kSuperseded:
    case RetreatWhy::kLeaving:
    case RetreatWhy::kLostCore: return false;
  }
  return false;
}

bool defers(RetreatWhy why) {
  return why == RetreatWhy::kNotReady || why == RetreatWhy::kUnready ||
         why == RetreatWhy::kDigestMismatch;
}

std::string outcome_of(RetreatWhy why) {
  if (why == RetreatWhy::kWithdrawn) return "Withdrawn";
  if (why == RetreatWhy::kSuperseded) return "Superseded";
  if (defers(why)) return "Deferred";
  return rejects(why) && why != RetreatWhy::kAborted ? "RolledBack" : "Aborted";
}

// With the next write, whose number that is: only what is ours already is rejected.
void reject(Core& core, const Pair& pair, TimePoint until, const std::string& why) {
  if (core.stable && core.stable->pair == pair) return;
  std::erase_if(core.rejected, [&](const Rejection& known) { return known.pair == pair; });
  core.rejected.push_back({pair, until, printable(why), core.seq + 1});
  if (core.rejected.size() > kMaxRejections) core.rejected.erase(core.rejected.begin());
}

void tidy_rejections(Core& core, TimePoint now) {
  std::erase_if(core.rejected, [&](const Rejection& rejection) {
    return rejection.until <= now || (core.stable && core.stable->pair == rejection.pair);
  });
}

void defer(Memo& memo, const Pair& pair, TimePoint since, const std::string& why) {
  auto known = std::ranges::find(memo.deferred, pair, &Deferral::pair);
  if (known != memo.deferred.end() && known->until > since) return;  // this retreat's own
  Deferral next{pair, {}, 1, printable(why)};
  if (known != memo.deferred.end()) {
    next.times = known->times + 1;
    memo.deferred.erase(known);
  }
  const auto place = std::min<std::size_t>(static_cast<std::size_t>(next.times), kDeferFor.size());
  next.until = since + kDeferFor[place - 1];
  memo.deferred.push_back(next);
  if (memo.deferred.size() > kMaxRejections) memo.deferred.erase(memo.deferred.begin());
}

void remember(Memo& memo, HistoryEntry entry) {
  const auto known = std::ranges::find(memo.history, entry.rollout, &HistoryEntry::rollout);
  if (known != memo.history.end()) return;
  memo.history.insert(memo.history.begin(), std::move(entry));
  if (memo.history.size() > kMaxHistory) memo.history.resize(kMaxHistory);
}

HistoryEntry history_entry(const Pass& pass, const Rollout& rollout, std::string outcome,
                           std::string message, TimePoint ended) {
  HistoryEntry out;
  out.rollout = rollout.id;
  if (pass.core.stable) out.from_digests = digest_texts(pass.core.stable->pair.digests);
  out.to_digests = digest_texts(rollout.candidate.pair.digests);
  if (const RevisionView* candidate = candidate_view(pass, rollout)) {
    out.revision = candidate->name.get();
  } else if (rollout.candidate.name) {
    out.revision = rollout.candidate.name->get();
  }
  out.outcome = std::move(outcome);
  out.message = printable(message);
  out.started = rollout.started;
  out.ended = ended;
  const Duration held =
      rollout.held + pass.memo.closed_for + open_waits(pass.core, pass.memo, pass.now);
  out.held_seconds = std::chrono::floor<seconds>(held).count();
  if (verdict_counts(pass)) {
    out.canary_requests = pass.seen.verdict.canary.requests;
    out.canary_errors = pass.seen.verdict.canary.errors;
    out.stable_requests = pass.seen.verdict.stable.requests;
    out.stable_errors = pass.seen.verdict.stable.errors;
  }
  if (pass.memo.gates.rollout == rollout.id) out.gates = gate_statuses(pass.memo.gates);
  return out;
}

void remember_promotion(Pass& pass) {
  const auto& last = pass.core.last;
  const auto& mirror = pass.seen.mirror;
  if (pass.origin != CoreOrigin::kOurs || !last || last->reason != "Promoted") return;
  if (!mirror || mirror->service != pass.core.service || mirror->seq >= pass.core.seq) return;
  const Rollout* rollout = active_rollout(mirror->phase);
  const auto& stable = pass.core.stable;  // an annotation may say anything
  if (rollout == nullptr || !stable || stable->pair != rollout->candidate.pair) return;
  Pass then = pass;
  then.core = *mirror;
  remember(pass.memo, history_entry(then, *rollout, "Promoted", last->message, pass.core.since));
}

}  // namespace freshet::planning
