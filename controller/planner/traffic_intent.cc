// The traffic that a core asks for. spec.traffic is one list for everybody: what others put beside
// our entries at 0 % (tags for previews, kept Revisions) is carried through every write.
#include "controller/planner/traffic_intent.h"

#include <algorithm>

#include "base/overloaded.h"
#include "base/relapse.h"
#include "controller/planner/look.h"

namespace freshet::planning {
namespace {

TrafficTarget named(const RevisionName& name, int percent) {
  return {name, false, Percent::clamp(percent), std::nullopt};
}

Traffic split(const Core& core, const Rollout& rollout, int percent, const std::string& tag) {
  TrafficTarget canary = named(*rollout.candidate.name, percent);
  canary.tag = TrafficTag(tag);
  int rest = 100 - percent;
  if (relapsed(Relapse::kWeights)) rest = static_cast<int>((1 - percent / 100.0) * 100);
  return {named(core.stable->name, rest), canary};
}

// Never the candidate by name before it is Ready: it would stop the whole Route.
Traffic before_traffic(const Core& core, const std::string& tag) {
  return {named(core.stable->name, 100), {{}, true, Percent{}, TrafficTag(tag)}};
}

bool is_own(const TrafficTarget& entry, const Core& core, const std::string& tag) {
  if (entry.tag) return entry.tag->get() == tag;
  if (entry.percent.get() > 0) return true;  // in force or replaced by what is in force
  const Rollout* rollout = active_rollout(core.phase);
  const bool stable = core.stable && entry.revision == core.stable->name;
  return stable ||
         (rollout != nullptr && entry.revision && entry.revision == rollout->candidate.name);
}

Traffic foreign_entries(const Pass& pass, const Core& core, const std::string& tag) {
  Traffic out;
  if (relapsed(Relapse::kOthersEntries)) return out;
  for (const TrafficTarget& entry : pass.service.traffic) {
    if (is_own(entry, core, tag)) continue;
    TrafficTarget kept = entry;
    kept.percent = Percent{};
    out.push_back(kept);
  }
  return out;
}

// Another's entry for the Revision that is taken back would keep the retreat from being programmed.
bool must_go(const Core& core, const TrafficTarget& entry) {
  const auto* retreat = std::get_if<Retreating>(&core.phase);
  return retreat != nullptr && entry.revision && entry.revision == retreat->rollout.candidate.name;
}

bool tag_in_use(const Traffic& traffic, const TrafficTarget& entry) {
  return entry.tag && std::ranges::find(traffic, entry.tag, &TrafficTarget::tag) != traffic.end();
}

}  // namespace

Traffic own_entries(const Core& core, const std::string& tag) {
  return std::visit(
      overloaded{
          [](const Adopting&) -> Traffic { return {}; },
          [&](const Idle&) -> Traffic { return {named(core.stable->name, 100)}; },
          [&](const Preparing&) -> Traffic { return before_traffic(core, tag); },
          [&](const Gating& p) { return split(core, p.rollout, 0, tag); },
          [&](const Waiting&) -> Traffic { return before_traffic(core, tag); },
          [&](const Shifting& p) { return split(core, p.rollout, candidate_percent(core), tag); },
          [&](const Baking& p) {
            if (relapsed(Relapse::kLostStable))
              return Traffic{named(*p.rollout.candidate.name, 100)};
            return split(core, p.rollout, candidate_percent(core), tag);
          },
          [&](const Retreating&) -> Traffic { return {named(core.stable->name, 100)}; },
      },
      core.phase);
}

void park(Core& core, const TrafficTarget& entry) {
  if (std::ranges::find(core.parked, entry) != core.parked.end()) return;
  core.parked.push_back(entry);
  if (core.parked.size() > kMaxParked) core.parked.erase(core.parked.begin());
}

Traffic traffic_to_write(const Pass& pass, Core& core) {
  // Of the rollout that is written; of one that ends with this write, its own still.
  const std::string& tag = tag_of(active_rollout(core.phase), pass.tag());
  Traffic traffic = own_entries(core, tag);
  const std::vector<TrafficTarget> parked_before = core.parked;
  for (const TrafficTarget& entry : foreign_entries(pass, core, tag)) {
    const bool parked = std::ranges::find(core.parked, entry) != core.parked.end();
    if (must_go(core, entry)) {
      park(core, entry);
    } else if (!parked) {
      traffic.push_back(entry);
    }
  }
  if (std::holds_alternative<Retreating>(core.phase)) return traffic;
  for (const TrafficTarget& entry : parked_before) {
    if (!entry.revision || !is_ready(find_revision(pass.seen, *entry.revision))) continue;
    if (!tag_in_use(traffic, entry)) traffic.push_back(entry);
    std::erase(core.parked, entry);
  }
  return traffic;
}

std::vector<TrafficTarget> blocking_entries(const Pass& pass) {
  const ConditionView& routes = pass.service.routes_ready;
  std::vector<TrafficTarget> out;
  const bool is_of_now = pass.service.observed_generation == pass.service.generation;
  if (routes.status == Tri::kTrue || !is_of_now) return out;
  const Traffic own = own_entries(pass.core, pass.tag());
  for (const TrafficTarget& entry : foreign_entries(pass, pass.core, pass.tag())) {
    if (!entry.revision) continue;
    // Without it the Route would wait for ours.
    if (std::ranges::find(own, entry.revision, &TrafficTarget::revision) != own.end()) continue;
    if (is_ready(find_revision(pass.seen, *entry.revision))) continue;  // said of another reason
    if (routes.message.find('"' + entry.revision->get() + '"') != std::string::npos) {
      out.push_back(entry);
    }
  }
  return out;
}

}  // namespace freshet::planning
