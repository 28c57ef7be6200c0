// What no write may do with all services in view: begin too many rollouts, or out of turn.
#include <fmt/format.h>

#include <algorithm>

#include "controller/planner/turn.h"
#include "controller/runtime/fleet.h"
#include "tests/simulate/written.h"

namespace freshet::simulate {
namespace {

// The rollout that this write begins, of which nobody has said that it is to begin now.
const Rollout* begun(const Invariants& world, const ServiceWritten& write) {
  // Who has just taken over knows the last writes of another when its watch has told them.
  if (world.people().story().replicas > 1 || !write.core || !write.before.core) return nullptr;
  if (!std::holds_alternative<Preparing>(write.core->phase)) return nullptr;
  if (active_rollout(write.before.core->phase) != nullptr) return nullptr;
  if (write.core->commands != write.before.core->commands) return nullptr;
  return active_rollout(write.core->phase);
}

bool has(const DigestSet& digests, const Digest& digest) {
  return std::ranges::any_of(digests, [&](const auto& one) { return one.second == digest; });
}

// It waits for a person beside a stable that does not run, or did not until just now.
bool stands_aside(const Invariants& world, const Core& core, TimePoint now) {
  if (candidate_percent(core) > 0) return false;
  const RevisionFacts* stable = world.find(core.stable->name);
  if (stable == nullptr || stable->gone || stable->ready.empty()) return true;
  const auto& [since, is_ready] = stable->ready.back();
  return !is_ready || since > now - seconds(30);
}

// A person's own template asks no wave, so it may begin after another was promised to be the first
// whose write had to be sent again.
bool may_have_been_promised(const Rollout& other, TimePoint now) {
  return other.candidate.why == CandidateWhy::kTemplate && now - other.started < minutes(1);
}

}  // namespace

std::string s15_places(const Invariants& world, const ServiceWritten& write) {
  if (begun(world, write) == nullptr) return "";
  // One whose annotation could not be read had no place; what is taken back for that has none
  // either, nor has what may have been held for long: nothing was written about it.
  const auto running = std::ranges::count_if(world.cores(), [&](const auto& of_service) {
    const Core& core = of_service.second;
    const auto* retreat = std::get_if<Retreating>(&core.phase);
    const bool was_unread = retreat != nullptr && retreat->why == RetreatWhy::kLostCore;
    const bool may_be_held = write.now - core.since >= kHeldPlace;
    return active_rollout(core.phase) != nullptr && !was_unread && !may_be_held;
  });
  const int allowed = world.people().story().max_rollouts;
  return running <= allowed ? "" : fmt::format("{} rollouts of {} that may run", running, allowed);
}

std::string s16_waves(const Invariants& world, const ServiceWritten& write) {
  const Rollout* rollout = begun(world, write);
  if (rollout == nullptr || !write.core->stable) return "";
  if (rollout->candidate.why == CandidateWhy::kTemplate) return "";  // a person's own
  const planning::WaveLimits limits;
  for (const auto& [container, digest] : rollout->candidate.pair.digests) {
    if (has(write.core->stable->pair.digests, digest)) continue;
    int succeeded = 0;
    int ahead = 0;
    int failed = 0;
    for (const auto& [number, core] : world.cores()) {
      if (number == write.before.number || !core.stable) continue;
      if (has(core.stable->pair.digests, digest)) {
        ++succeeded;
        continue;
      }
      const Rollout* other = active_rollout(core.phase);
      if (stands_aside(world, core, write.now)) continue;
      const bool is_young = other != nullptr && write.now - other->started < limits.patience &&
                            !may_have_been_promised(*other, write.now);
      if (is_young && has(other->candidate.pair.digests, digest)) ++ahead;
      const auto rejects = [&](const Rejection& rejection) {
        return has(rejection.pair.digests, digest) && rejection.until > write.now;
      };
      if (std::ranges::any_of(core.rejected, rejects)) ++failed;
    }
    if (failed >= limits.failures) return "what others rejected is begun";
    if (succeeded < limits.first && succeeded + ahead >= limits.first) {
      return "two are the first with " + digest.short_form();
    }
  }
  return "";
}

}  // namespace freshet::simulate
