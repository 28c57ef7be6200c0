// What a larger share rests on: evidence of this step about this candidate.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tests/simulate/written.h"

namespace freshet::simulate {

bool had_as_much(const ServiceWritten& write, const Raise& raise) {
  if (raise.to < 100) return false;
  if (share_of(write.before.traffic, write.core->stable->name) >= raise.to) return true;
  if (write.before.has_core) return false;
  // Where the core is lost, what follows the latest Revision is adopted as it is found.
  return std::ranges::any_of(write.before.traffic, [&](const TrafficTarget& entry) {
    return entry.latest_revision && entry.percent.get() >= raise.to &&
           write.after.latest_ready == write.core->stable->name;
  });
}

bool nothing_else_is_left(const Invariants& world, const ServiceWritten& write,
                          const Raise& raise) {
  const auto& stable = write.before.core->stable;
  const RevisionFacts* facts = stable ? world.find(stable->name) : nullptr;
  // Of one that was being prepared the name was not known before.
  auto name = raise.rollout->candidate.name;
  if (!name && raise.to == 100 && write.core->stable) name = write.core->stable->name;
  return facts != nullptr && facts->gone && name && world.serves_alone(write.before.number, *name);
}

namespace {

constexpr std::int64_t kManyRequests = 2000;

double failing_share(const sandbox::Served& served) {
  const auto all = served.good + served.bad;
  return all == 0 ? 0 : static_cast<double>(served.bad) / static_cast<double>(all);
}

}  // namespace

bool fails_its_users(const sandbox::Served& canary, const sandbox::Served& stable) {
  if (canary.good + canary.bad < kManyRequests || stable.good + stable.bad < kManyRequests) {
    return false;
  }
  return failing_share(canary) > kPlainlyFailing && failing_share(stable) < 0.02;
}

bool hangs(const sandbox::Served& canary, const sandbox::Served& stable) {
  const auto answered = static_cast<double>(canary.good + canary.bad);
  return canary.lost > kManyRequests && canary.lost > answered && stable.lost == 0 &&
         failing_share(stable) < 0.02;
}

namespace {

// What the metrics of this build have against it. A candidate is compared with stable: where a
// person has made a build of that kind stable, it is no worse.
std::optional<What> badness_of(const Invariants& world, const Pair& pair) {
  for (const auto& [container, digest] : pair.digests) {
    const auto build = world.people().builds().find(digest);
    if (build == world.people().builds().end()) continue;
    const What push = build->second.push;
    const bool is_bad =
        push == What::kPushFailing || push == What::kPushSlow || push == What::kPushHangs;
    if (is_bad) return push;
  }
  return std::nullopt;
}

// What users got of both in this step. A request that fails counts as slow: where stable fails most
// of its own, what answers most is no slower.
bool is_no_worse(What badness, const sandbox::Served& canary, const sandbox::Served& stable) {
  if (canary.good + canary.bad == 0 || stable.bad == 0) return false;
  if (badness == What::kPushSlow) return failing_share(stable) > 0.5 && failing_share(canary) < 0.5;
  return failing_share(stable) >= 0.9 * failing_share(canary);  // chance
}

// One rung after the other: the steps, the bake, all. At the deadline what is clean may bake at
// once.
std::string out_of_plan(const Invariants& world, const ServiceWritten& write, const Raise& raise) {
  const std::vector<int>& plan = raise.rollout->plan;
  const bool bakes = std::holds_alternative<Baking>(write.core->phase);
  bool is_next = false;
  const bool ends = rollout_of(write.core) == nullptr;
  // Another Revision of the same build was adopted as it was found (S18).
  if (ends && write.core->stable->name != raise.rollout->candidate.name) return "";
  if (ends) {
    is_next = write.before.core && std::holds_alternative<Baking>(write.before.core->phase);
  } else if (bakes) {
    const Duration went_on = write.now - raise.rollout->started + kClockSlack;
    is_next = raise.from == plan.back() ||
              (raise.from > 0 && went_on >= world.people().shortest_deadline(write.before.number));
  } else {
    const auto next = std::ranges::upper_bound(plan, raise.from);
    is_next = next != plan.end() && raise.to == *next;
  }
  if (is_next) return "";
  return fmt::format("from {} to {} % by a plan of {} %", raise.from, raise.to,
                     fmt::join(plan, ", "));
}

}  // namespace

std::string s5_evidence(const Invariants& world, const ServiceWritten& write) {
  const auto raise = raise_of(write);
  if (!raise || on_a_persons_word(write, {"promote", "adopt"})) return "";
  if (had_as_much(write, *raise)) return "";
  if (nothing_else_is_left(world, write, *raise)) return "";
  if (std::string skipped = out_of_plan(world, write, *raise); !skipped.empty()) return skipped;
  if (raise->from == 0) return "";
  const auto& name = raise->rollout->candidate.name;
  const Rollout* before = rollout_of(write.before.core);
  if (before == nullptr || before->candidate.uid != raise->rollout->candidate.uid) {
    return "the candidate is another than the one that was judged";
  }
  if (!write.before.raised) return "";
  const int service = write.before.number;
  const bool bakes = std::holds_alternative<Baking>(write.before.core->phase);
  const Duration shortest =
      bakes ? world.people().shortest_bake(service) : world.people().shortest_step(service);
  if (write.now - *write.before.raised + kClockSlack < shortest) {
    return fmt::format("a {} of only {}", bakes ? "bake" : "step",
                       format_duration(write.now - *write.before.raised));
  }
  if (!world.people().by_metrics(service)) return "";
  if (!write.before.metrics || *write.before.metrics < *write.before.raised) {
    return "nothing was read of Prometheus in this step";
  }
  const sandbox::Served canary = world.served_in_step(service, *name);
  const sandbox::Served stable = world.served_in_step(service, write.before.core->stable->name);
  const auto badness = badness_of(world, raise->rollout->candidate.pair);
  // That requests hang shows later than a bake of seconds lasts, to which a person may promote it.
  const bool may_be_unseen = badness == What::kPushHangs && bakes;
  const bool is_bad = badness && !may_be_unseen &&
                      badness != badness_of(world, write.before.core->stable->pair) &&
                      !is_no_worse(*badness, canary, stable);
  if (!is_bad && !fails_its_users(canary, stable)) return "";
  return fmt::format(
      "a bad build goes on from {} to {} %; in this step it failed {} of {} requests, stable {} "
      "of {}",
      raise->from, raise->to, canary.bad, canary.good + canary.bad, stable.bad,
      stable.good + stable.bad);
}

}  // namespace freshet::simulate
