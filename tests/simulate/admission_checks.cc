// What no write may do without leave: of the gates, of the policies, of those who approve.
#include <fmt/format.h>

#include <algorithm>

#include "tests/simulate/written.h"

namespace freshet::simulate {
namespace {

constexpr int kAnswersOfAllGates = 5;  // one, and four of five

// Policies as the writer may have known them, at a time at which it may have decided.
bool was_permitted(const Invariants& world, const ServiceWritten& write, bool stops_only) {
  const auto& all = world.policies();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i + 1 < all.size() && all[i + 1].since < write.knows_policies) continue;
    std::vector<Policy> bind;
    for (const auto& [name, policy] : all[i].policies) {
      if (policy.stop || !stops_only) bind.push_back(policy);
    }
    const Permission found = permission(bind, {}, write.looked - kClockSlack);
    if (found.may() || (found.opens && *found.opens <= write.now + kClockSlack)) return true;
  }
  return false;
}

}  // namespace

// Each of the gates was answered well; a spec that was edited meanwhile has none of its own.
std::string s13_gates(const Invariants& world, const ServiceWritten& write) {
  const auto raise = raise_of(write);
  if (!raise || raise->from > 0 || on_a_persons_word(write, {"promote", "adopt"})) return "";
  if (had_as_much(write, *raise) || nothing_else_is_left(world, write, *raise)) return "";
  if (!world.people().has_gates(write.before.number)) return "";
  for (const auto& [container, digest] : raise->rollout->candidate.pair.digests) {
    const auto build = world.people().builds().find(digest);
    if (build == world.people().builds().end()) continue;
    if (build->second.push == What::kPushFailsGate)
      return "a build that fails its gate gets requests";
  }
  const auto& name = raise->rollout->candidate.name;
  const RevisionFacts* facts = name ? world.find(*name) : nullptr;
  Tested tested;
  // That it was made anew a moment ago the writer cannot know.
  if (facts != nullptr) {
    const bool is_it = raise->rollout->candidate.uid == facts->uid;
    tested = is_it ? facts->tested : facts->tested_before;
  }
  const bool wants_task = world.people().has_task_gate(write.before.number);
  if (tested.answers >= kAnswersOfAllGates && (tested.task || !wants_task)) return "";
  return "a candidate gets requests whose gates have not all passed";
}

// Nothing starts or gets more outside a window, but on a person's word; in a stop not even so.
std::string s14_policies(const Invariants& world, const ServiceWritten& write) {
  const Rollout* now = rollout_of(write.core);
  const Rollout* before = rollout_of(write.before.core);
  const bool starts =
      now != nullptr && !is_retreat(write.core) && (before == nullptr || before->id != now->id);
  const auto raise = raise_of(write);
  if (!starts && !raise) return "";
  if (!starts && (had_as_much(write, *raise) || nothing_else_is_left(world, write, *raise))) {
    return "";
  }
  if (was_permitted(world, write, on_a_persons_word(write, {"promote", "adopt"}))) return "";
  return starts ? "a rollout starts while policies hold it"
                : "a candidate gets more while policies hold it";
}

// The first request of a candidate, where every policy that the writer may know of asks for more.
std::string s17_approval(const Invariants& world, const ServiceWritten& write) {
  const auto raise = raise_of(write);
  if (!raise || raise->from > 0 || world.is_approved(write.before.number, raise->rollout->id)) {
    return "";
  }
  if (had_as_much(write, *raise) || nothing_else_is_left(world, write, *raise)) return "";
  const auto& all = world.policies();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i + 1 < all.size() && all[i + 1].since < write.knows_policies) continue;
    const auto asks = [](const auto& known) {
      return known.second.approval == Approval::kBeforeTraffic;
    };
    if (std::ranges::none_of(all[i].policies, asks)) return "";
  }
  return "rollout " + raise->rollout->id + " gets requests and nobody approved it";
}

// What is adopted as found is what somebody asked for: no request goes elsewhere by it.
std::string s18_adoption(const Invariants& world, const ServiceWritten& write) {
  if (!write.core || !write.core->stable ||
      on_a_persons_word(write, {"adopt", "resume", "repair", "rollback"}))
    return "";
  const auto& before = write.before.core;
  const bool adopts = before && !rollout_of(before) && before->stable != write.core->stable;
  if (!adopts) return "";
  for (const TrafficTarget& asked : serving(write.before.traffic)) {
    if (!asked.revision || *asked.revision == write.core->stable->name) continue;
    const RevisionFacts* facts = world.find(*asked.revision);
    if (facts == nullptr || facts->gone) continue;  // what is left is adopted
    return fmt::format("{} is adopted where spec.traffic asks for {}",
                       write.core->stable->name.get(), to_string(write.before.traffic));
  }
  return "";
}

}  // namespace freshet::simulate
