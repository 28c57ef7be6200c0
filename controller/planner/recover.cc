// Recovery never advances: it retreats to a known stable, adopts what alone serves, or asks.
#include "controller/planner/recover.h"

#include <algorithm>

#include "base/text.h"
#include "controller/planner/decide.h"
#include "controller/planner/explain.h"
#include "controller/planner/look.h"
#include "controller/planner/retreat.h"

namespace freshet::planning {
namespace {

struct Known {
  RevisionRef stable;
  Rollout rollout;
};

std::optional<Known> known_from_frozen_part(const Pass& pass) {
  const auto* damaged = std::get_if<DamagedCore>(&pass.seen.core);
  if (damaged == nullptr || !damaged->stable || !damaged->candidate) return std::nullopt;
  return Known{*damaged->stable, rollout_to_leave(pass, *damaged->candidate)};
}

std::optional<Known> known_from_mirror(const Pass& pass) {
  const auto& mirror = pass.seen.mirror;
  if (!mirror || mirror->service != pass.service.uid || !mirror->stable) return std::nullopt;
  const Rollout* rollout = active_rollout(mirror->phase);
  if (rollout == nullptr || rollout->plan.empty()) return std::nullopt;
  Known known{*mirror->stable, *rollout};
  // The mirror may be a write behind: the candidate's name is looked up as it would have been.
  if (const RevisionView* candidate = candidate_view(pass, *rollout)) {
    known.rollout.candidate.name = candidate->name;
    known.rollout.candidate.uid = candidate->uid;
  }
  return known;
}

std::optional<Known> known_from_older_core(const Pass& pass) {
  const auto* core = std::get_if<Core>(&pass.seen.core);
  const Rollout* rollout = core == nullptr ? nullptr : active_rollout(core->phase);
  if (rollout == nullptr || !core->stable || rollout->plan.empty()) return std::nullopt;
  return Known{*core->stable, *rollout};
}

bool are_the_ones_that_serve(const Pass& pass, const Known& known) {
  const auto& name = known.rollout.candidate.name;
  const Traffic shares = serving(pass.service.traffic);
  return name && percent_sum(shares) == 100 && shares.size() == 2 &&
         share_of(shares, known.stable.name) + share_of(shares, *name) == 100;
}

// Stable alone serves, and our own entry of 0 % names the candidate: one that is not Ready keeps
// the whole Route from being programmed, and so from being adopted.
bool is_named_by_our_entry(const Pass& pass, const Known& known) {
  const auto& name = known.rollout.candidate.name;
  if (!name || share_of(serving(pass.service.traffic), known.stable.name) != 100) return false;
  const TrafficTag ours(tag_of(&known.rollout, pass.rules().tag));
  return std::ranges::any_of(pass.service.traffic, [&](const TrafficTarget& entry) {
    return entry.tag == ours && entry.revision == name;
  });
}

std::string what_happened(const Pass& pass) {
  if (pass.origin == CoreOrigin::kLost) return "the annotation with the rollout's state is gone";
  const auto* damaged = std::get_if<DamagedCore>(&pass.seen.core);
  std::string problem = "its parts contradict one another";
  if (damaged != nullptr) problem = printable(damaged->problem);
  if (is_older_than_mirror(pass)) problem = "it is older than what status remembers";
  return "the annotation with the rollout's state cannot be used: " + problem;
}

std::string reason(const Pass& pass) {
  if (pass.origin == CoreOrigin::kNewer) return "CoreNewer";
  return pass.origin == CoreOrigin::kLost ? "CoreLost" : "CoreDamaged";
}

}  // namespace

bool is_recovering(const Pass& pass) {
  return pass.origin == CoreOrigin::kLost || pass.origin == CoreOrigin::kDamaged ||
         pass.origin == CoreOrigin::kNewer;
}

Decision retreat_to_known_stable(const Pass& pass) {
  if (!is_recovering(pass)) return {};
  for (const auto source : {known_from_frozen_part, known_from_mirror, known_from_older_core}) {
    const auto known = source(pass);
    if (!known) continue;
    if (!are_the_ones_that_serve(pass, *known) && !is_named_by_our_entry(pass, *known)) continue;
    Pass recovered = pass;
    recovered.core.stable = known->stable;
    recovered.facts.push_back(warning(reason(pass), what_happened(pass)));
    return begin_retreat(recovered, known->rollout, {RetreatWhy::kLostCore, what_happened(pass)});
  }
  return {};
}

Decision hold_for_repair(const Pass& pass) {
  if (!is_recovering(pass)) return {};
  const bool several = serving(pass.service.traffic).size() != 1;
  if (!several && pass.origin != CoreOrigin::kNewer) return {};  // adopted afresh
  Pass alerted = pass;
  std::string message = what_happened(pass);
  if (several) message += "; several Revisions serve, and which one is stable is not known";
  alert_once(alerted, warning(reason(pass), message));
  Explanation out = not_ready(reason(pass), message,
                              several ? "adopt --to=REVISION settles which one is stable"
                                      : "a newer release goes on, or repair adopts what serves");
  out.holds.push_back(own_hold(pass, reason(pass), message));
  return wait(std::move(alerted), std::move(out));
}

}  // namespace freshet::planning
