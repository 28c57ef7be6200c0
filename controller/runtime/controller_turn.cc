// A pass among all others: whether its rollout may begin, and who is woken when others end.
#include <algorithm>

#include "controller/planner/planner.h"
#include "controller/runtime/controller.h"

namespace freshet {

namespace {

// What this decision would begin; nullopt: nothing.
std::optional<Fleet::Entrant> entrant_of(const Observation& seen, const Transition& decided) {
  if (!decided.write || !decided.write->core) return std::nullopt;
  const Core& next = *decided.write->core;
  const auto* preparing = std::get_if<Preparing>(&next.phase);
  const auto* before = std::get_if<Core>(&seen.core);
  if (preparing == nullptr || before == nullptr || active_rollout(before->phase) != nullptr) {
    return std::nullopt;
  }
  const Candidate& candidate = preparing->rollout.candidate;
  // Where a tool writes the templates of all, these follow an image as digests do.
  const bool is_edited = candidate.why == CandidateWhy::kTemplate &&
                         seen.tracked.spec.rollout.write_mode == WriteMode::kPin;
  return Fleet::Entrant{{seen.tracked.name_space, seen.tracked.name},
                        seen.service->key,
                        candidate.pair.digests,
                        next.stable,
                        next.commands != before->commands,
                        is_edited};
}

}  // namespace

// As late as can be: reading metrics takes its time, and a stop counts at once.
void Controller::read_policies(Observation& seen) const {
  seen.policies = policies_.binding(seen.tracked.name_space, seen.tracked.labels);
  seen.policies_unknown = policies_.unknown();
  const auto* core = std::get_if<Core>(&seen.core);
  if (core == nullptr || active_rollout(core->phase) == nullptr) return;
  seen.approvals = policies_.approvals({seen.tracked.name_space, seen.tracked.name});
}

// What begins a rollout is decided twice where its turn has not come: so that only who would begin
// one takes a place, or waits for it.
Transition Controller::decide(Observation& seen, TimePoint now) {
  seen.others_first.reset();
  read_policies(seen);
  Transition decided = step(seen, now);
  const auto entrant = entrant_of(seen, decided);
  if (!entrant) return decided;
  for (const FollowedImage& image : seen.images) {
    if (!image.confirmed) continue;
    fleet_.learn(image.confirmed->digest.get(), image.confirmed->origin.base_digest);
  }
  seen.others_first = fleet_.ask(*entrant, now);
  return seen.others_first ? step(seen, now) : decided;
}

void Controller::settle_turn(const ServiceKey& key, const Observation& seen,
                             const Transition& decided) {
  fleet_.settle(key, seen.others_first.has_value());
  if (seen.service && decided.core && active_rollout(decided.core->phase) != nullptr) {
    const auto& holds = decided.explanation.holds;
    const bool is_beside_a_broken_stable =
        candidate_percent(*decided.core) == 0 &&
        std::ranges::find(holds, "StableUnready", &HoldStatus::reason) != holds.end();
    fleet_.note_held(seen.service->key, holds.empty() ? "" : holds.front().message,
                     is_beside_a_broken_stable);
  }
  wake_ready();
}

void Controller::wake_ready() {
  enqueue(fleet_.take_ready(clock_.now() + connections_.kube.clock_offset()), clock_.now());
  metrics_.set_fleet(fleet_.counts());
}

}  // namespace freshet
