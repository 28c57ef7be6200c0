// What a pass decides and writes; whether its rollout may begin among all others, and who is woken
// when others end.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/knative/views.h"
#include "controller/planner/planner.h"
#include "controller/runtime/controller.h"
#include "controller/runtime/execute.h"
#include "controller/runtime/gather.h"
#include "controller/runtime/paths.h"

namespace freshet {

namespace {

// A write that was overtaken is decided again at once, this often in one pass.
constexpr int kMaxDecisions = 4;

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
  seen.policies_unknown = policies_.unknown(seen.tracked.name_space);
  seen.unheard = book_.unheard(seen.tracked.name_space);
  const auto* core = std::get_if<Core>(&seen.core);
  if (core == nullptr || active_rollout(core->phase) == nullptr) return;
  seen.approvals = policies_.approvals({seen.tracked.name_space, seen.tracked.name});
}

// What begins a rollout is decided twice: so that only who would begin one takes a place, or waits
// for it, and only then traffic is read for its plan.
Transition Controller::decide(Observation& seen, const Notes& notes, TimePoint now) {
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
  const bool is_judged = seen.tracked.spec.analysis.mode == AnalysisMode::kMetrics;
  if (!seen.others_first && (!is_judged || seen.requests_per_second)) return decided;
  if (!seen.others_first) {
    seen.requests_per_second = judging_.traffic(seen, notes, now);
    read_policies(seen);
  }
  return step(seen, now);
}

// After a write whose reply was lost nothing is decided on what was known before it.
bool Controller::read_again(Observation& seen, Notes& notes, std::string& trouble) {
  const auto live = connections_.kube.get(service_path(seen.service->key));
  if (!live && live.error().kind != ErrorKind::kNotFound) {
    trouble = "reading Service " + to_string(seen.service->key) + ": " + live.error().message;
    return false;
  }
  if (live) {
    cache_.put(Kind::kService, live->body);
    if (const auto view = service_view(live->body); !view) {
      trouble = view.error().message;
      return false;
    }
  }
  notes.is_unknown = false;
  refresh_service(seen, cache_.service(seen.service->key));
  return true;
}

Transition Controller::decide_and_write(Observation& seen, Notes& notes, TimePoint now,
                                        std::string& trouble) {
  Transition transition;
  if (!seen.service) notes.is_unknown = false;
  if (notes.is_unknown && !read_again(seen, notes, trouble)) {
    read_policies(seen);
    return undone(seen, step(seen, now), notes.memo, trouble);
  }
  for (int decision = 0; decision < kMaxDecisions; ++decision) {
    transition = decide(seen, notes, now);
    if (!transition.write) return transition;
    if (transition.finalizer == FinalizerChange::kAdd) {
      const auto added = execute_finalizer(connections_.kube, seen.tracked, transition.finalizer);
      if (!added) {
        trouble = added.error().message;
        break;
      }
      transition.finalizer = FinalizerChange::kKeep;
    }
    const auto outcome = execute_write(connections_.kube, *seen.service, *transition.write,
                                       [this, &notes](const Json& object) {
                                         cache_.put(Kind::kService, object);
                                         notes.is_unknown = false;
                                       });
    if (!outcome) {
      trouble = outcome.error().message;
      notes.is_unknown = notes.is_unknown || may_have_arrived(outcome.error());
      break;
    }
    if (*outcome == WriteOutcome::kWritten) return transition;
    // Overtaken. The verdict stands; what the write attempt has read of the Service is new.
    refresh_service(seen, cache_.service(seen.service->key));
    if (!seen.service) break;
  }
  if (trouble.empty()) trouble = "the Service changes faster than a decision about it can be made";
  // Nothing was written: what the transition says has not happened.
  return undone(seen, std::move(transition), notes.memo, trouble);
}

void Controller::settle_turn(const ServiceKey& key, const Observation& seen,
                             const Transition& decided, TimePoint now) {
  fleet_.settle(key, seen.others_first.has_value());
  if (seen.service && decided.core && active_rollout(decided.core->phase) != nullptr) {
    const auto& holds = decided.explanation.holds;
    const bool is_beside_a_broken_stable =
        candidate_percent(*decided.core) == 0 &&
        std::ranges::find(holds, "StableUnready", &HoldStatus::reason) != holds.end();
    fleet_.note_held(seen.service->key, holds.empty() ? "" : holds.front().message,
                     is_beside_a_broken_stable, now);
  }
  wake_ready();
}

void Controller::wake_ready() {
  enqueue(fleet_.take_ready(clock_.now() + connections_.kube.clock_offset()), clock_.now());
  metrics_.set_fleet(fleet_.counts());
}

}  // namespace freshet
