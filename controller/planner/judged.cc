// What Shifting and Baking have in common.
#include "controller/planner/judged.h"

#include "base/text.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/holds.h"
#include "controller/planner/look.h"
#include "controller/planner/parking.h"
#include "controller/planner/waits.h"

namespace freshet::planning {
namespace {

constexpr Duration kBlindFor = minutes(5);

// The candidate has more requests than its phase gives it: a share was taken back.
bool gets_more_than_written(const Pass& pass) {
  const auto& candidate = pass.rollout()->candidate.name;
  return candidate && share_of(serving(pass.service.observed_traffic), *candidate) >
                          candidate_percent(pass.core);
}

}  // namespace

Duration step_time(const Pass& pass) {
  return pass.step_clock ? pass.now - *pass.step_clock : Duration{-1};
}

// A clock that is not set means that the verdict is not about this percent. A split with an unready
// stable could not be programmed.
std::optional<std::string> reason_to_reduce(const Pass& pass) {
  if (!pass.step_clock || !is_ready(stable_view(pass))) return std::nullopt;
  if (effective_verdict(pass) == VerdictKind::kReduce) {
    return pass.seen.verdict.sentence.empty() ? "it is suspect" : pass.seen.verdict.sentence;
  }
  const auto& blind = pass.memo.blind_since;
  if (!blind || pass.now - *blind < kBlindFor) return std::nullopt;
  return "metrics have been stale for " + format_duration(kBlindFor);
}

std::optional<std::string> suspect_again(const Pass& pass) {
  if (pass.rollout()->reduced < kMostReductions || !pass.step_clock) return std::nullopt;
  if (!is_ready(stable_view(pass)) || effective_verdict(pass) != VerdictKind::kReduce) {
    return std::nullopt;
  }
  return "its share was taken back " + std::to_string(kMostReductions) + " times, and it is " +
         pass.seen.verdict.sentence;
}

bool is_watched_in_peace(const Pass& pass, std::int64_t requests) {
  return verdict_counts(pass) && !pass.seen.verdict.unseen && !pass.seen.verdict.silent &&
         !pass.seen.verdict.asleep && pass.seen.verdict.step_requests >= requests &&
         !is_held_for(pass, AnalysisHold::kStaleMetrics) &&
         !is_held_for(pass, AnalysisHold::kNoCheckValue) &&
         !is_held_for(pass, AnalysisHold::kSharedIncident);
}

Transition hold_here(const Pass& pass, std::vector<HoldStatus> holds) {
  const auto wake = earliest(pass.now + kSoon, first_expiry(holds));
  for (HoldStatus& note : analysis_holds(pass)) holds.push_back(std::move(note));
  Explanation out = held(pass, std::move(holds));
  // A pause does not end the wait for another person's decision.
  if (!active_holds(pass.core, pass.now).empty()) return wait(pass, std::move(out), wake);
  return go_on(pass, std::move(out), wake);
}

bool gives_the_split(const Pass& pass) {
  return is_programmed(pass) || (pass.step_clock && serves_as_asked(pass));
}

Decision unblock_the_split(const Pass& pass, bool is_held) {
  if (gives_the_split(pass)) return {};
  const bool takes_back = gets_more_than_written(pass);
  if (is_held && !takes_back) return {};
  return park_in_rollout(pass, takes_back ? kParkAfter : kProgrammedWithin, "the split");
}

Transition await_programming(const Pass& pass) {
  Explanation out = describe(pass, pass.core);
  out.reason = "Programming";
  out.message += "; Knative has not programmed this split yet";
  const std::string& words = pass.service.routes_ready.message;
  if (!words.empty()) out.message += ": " + printable(words);
  return go_on(pass, std::move(out), pass.now + kSoon);
}

}  // namespace freshet::planning
