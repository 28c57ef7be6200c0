// Why nothing is raised.
#include "controller/planner/holds.h"

#include <algorithm>

#include "base/text.h"
#include "controller/planner/decide.h"
#include "controller/planner/look.h"
#include "controller/planner/managed.h"
#include "controller/planner/traffic_intent.h"
#include "controller/planner/waits.h"

namespace freshet::planning {
namespace {

constexpr std::string_view kStableUnready = "StableUnready";

std::vector<HoldStatus> person_holds(const Pass& pass) {
  std::vector<HoldStatus> out;
  for (const Hold& hold : active_holds(pass.core, pass.now)) {
    std::string message = "paused by " + hold.owner;
    if (!hold.reason.empty()) message += ": " + hold.reason;
    out.push_back({hold.owner, "Paused", message, hold.since, hold.until});
  }
  return out;
}

void add_policies(const Pass& pass, std::vector<HoldStatus>& out) {
  const auto& holds = pass.permission.holds;
  out.insert(out.end(), holds.begin(), holds.end());
}

void add_invalid_spec(const Pass& pass, std::vector<HoldStatus>& out) {
  if (!pass.seen.spec_invalid) return;
  out.push_back(
      own_hold(pass, "InvalidSpec",
               "the present spec does not parse; the last good one stays in force" +
                   (pass.seen.spec_problem.empty() ? std::string()
                                                   : ": " + printable(pass.seen.spec_problem))));
}

void add_stable_unready(const Pass& pass, std::vector<HoldStatus>& out) {
  const RevisionView* stable = stable_view(pass);
  if (is_ready(stable)) return;
  const std::string name = pass.core.stable ? pass.core.stable->name.get() : "stable";
  const std::string why = stable == nullptr ? "does not exist (any more)"
                                            : "is not Ready: " + printable(stable->ready.message);
  std::string message = name + " " + why + "; no split that contains it is programmed";
  if (pass.rollout() != nullptr) {
    message += "; promote --full gives all requests to the candidate once it is Ready";
  }
  out.push_back(own_hold(pass, std::string(kStableUnready), std::move(message)));
}

void add_candidate_unready(const Pass& pass, std::vector<HoldStatus>& out) {
  const Rollout* rollout = pass.rollout();
  if (rollout == nullptr || !rollout->candidate.uid) return;
  const RevisionView* candidate = candidate_view(pass, *rollout);
  if (is_ready(candidate)) return;
  out.push_back(own_hold(pass, "CandidateUnready",
                         candidate == nullptr ? "the candidate's Revision does not exist"
                                              : candidate->name.get() + " is not Ready: " +
                                                    printable(candidate->ready.message)));
}

void add_tag_gone(const Pass& pass, std::vector<HoldStatus>& out) {
  for (const FollowedImage& image : pass.seen.images) {
    if (image.not_found_streak < kGoneAfterChecks) continue;
    out.push_back(own_hold(pass, "TagGone",
                           "the registry has no " + to_string(image.reference) + " any more"));
  }
}

void add_managed(const Pass& pass, std::vector<HoldStatus>& out) {
  const auto managed = managed_elsewhere(pass.service, pass.rules());
  if (managed)
    out.push_back(own_hold(pass, managed->reason, managed->message + "; " + managed->fix));
}

HoldStatus route_hold(const Pass& pass) {
  const std::string& words = pass.service.routes_ready.message;
  std::string message = words.empty() ? "Knative has not programmed the newest traffic yet"
                                      : "Knative says: " + printable(words);
  if (!serves_as_asked(pass)) {
    message += "; requests go to " + to_string(serving(pass.service.observed_traffic));
  }
  if (const auto blocking = blocking_entries(pass); !blocking.empty()) {
    message += "; take " + to_string(blocking) + " out of spec.traffic";
  }
  return own_hold(pass, "RouteNotReady", std::move(message));
}

}  // namespace

std::string tag_in_use(const Pass& pass) {
  const TrafficTag ours(pass.rules().tag);
  const bool taken = std::ranges::any_of(
      pass.service.traffic, [&](const TrafficTarget& entry) { return entry.tag == ours; });
  return taken ? "traffic tag '" + ours.get() + "' is in use on this Service" : "";
}

std::vector<HoldStatus> raising_holds(const Pass& pass) {
  std::vector<HoldStatus> out = person_holds(pass);
  add_policies(pass, out);
  add_invalid_spec(pass, out);
  add_stable_unready(pass, out);
  add_candidate_unready(pass, out);
  add_tag_gone(pass, out);
  return out;
}

std::vector<HoldStatus> standing_holds(const Pass& pass) {
  std::vector<HoldStatus> out = person_holds(pass);
  if (pass.spec().suspend) {
    out.push_back(own_hold(pass, "Suspended",
                           "spec.suspend is set: no rollout is started; Freshet keeps the "
                           "traffic pinned to " +
                               pass.core.stable->name.get()));
  }
  add_invalid_spec(pass, out);
  add_managed(pass, out);
  add_stable_unready(pass, out);
  return out;
}

// Beside a stable that is not Ready a newer image is prepared: it may be the cure. No percent moves
// before a person promotes it to the end.
std::vector<HoldStatus> starting_holds(const Pass& pass) {
  std::vector<HoldStatus> out = standing_holds(pass);
  std::erase_if(out, [](const HoldStatus& hold) { return hold.reason == kStableUnready; });
  add_policies(pass, out);  // of no interest where nothing is there to start
  if (const std::string problem = tag_in_use(pass); !problem.empty()) {
    out.push_back(own_hold(pass, "TagTaken", problem + "; take it off, or set rollout.tag"));
  }
  if (!is_settled(pass.service) && is_ready(stable_view(pass))) out.push_back(route_hold(pass));
  return out;
}

TimePoint unprogrammed_since(const Pass& pass) {
  const TimePoint written = pass.core.since;
  const TimePoint said = std::min(pass.service.routes_ready.since.value_or(written), pass.now);
  return std::max(written, said);
}

std::optional<TimePoint> add_unprogrammed(const Pass& pass, std::vector<HoldStatus>& out) {
  if (is_programmed(pass) || !is_ready(stable_view(pass))) return std::nullopt;
  const TimePoint patience = unprogrammed_since(pass) + kProgrammedWithin;
  if (pass.now < patience) return patience;
  out.push_back(route_hold(pass));
  return std::nullopt;
}

std::optional<TimePoint> first_expiry(const std::vector<HoldStatus>& holds) {
  std::optional<TimePoint> out;
  for (const HoldStatus& hold : holds) out = earliest(out, hold.until);
  return out;
}

std::vector<HoldStatus> analysis_holds(const Pass& pass) {
  std::vector<HoldStatus> out;
  if (!verdict_counts(pass)) return out;
  for (const AnalysisHold hold : pass.seen.verdict.holds) {
    out.push_back(own_hold(pass, std::string(to_string(hold)), pass.seen.verdict.sentence));
  }
  return out;
}

}  // namespace freshet::planning
