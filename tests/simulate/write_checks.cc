// One function an invariant: what is wrong with one write of a Service, or "".
#include <fmt/format.h>

#include <algorithm>

#include "tests/simulate/written.h"

namespace freshet::simulate {

const Rollout* rollout_of(const std::optional<Core>& core) {
  return core ? active_rollout(core->phase) : nullptr;
}

bool is_retreat(const std::optional<Core>& core) {
  return core && std::holds_alternative<Retreating>(core->phase);
}

std::optional<Raise> raise_of(const ServiceWritten& write) {
  const Rollout* before = rollout_of(write.before.core);
  const Rollout* now = rollout_of(write.core);
  if (now != nullptr) {
    const bool same = before != nullptr && before->id == now->id;
    const int from = same ? candidate_percent(*write.before.core) : 0;
    const int to = candidate_percent(*write.core);
    if (to > from) return Raise{now, from, to};
    return std::nullopt;
  }
  if (before == nullptr || !write.core || is_retreat(write.before.core)) return std::nullopt;
  if (!write.core->stable || write.core->stable->pair != before->candidate.pair)
    return std::nullopt;
  return Raise{before, candidate_percent(*write.before.core), 100};
}

bool on_a_persons_word(const ServiceWritten& write, std::initializer_list<const char*> verbs) {
  if (!write.core || !write.before.core) return false;
  const auto id_of = [](const Core& core, const char* verb) {
    const auto found = core.commands.find(verb);
    return found == core.commands.end() ? "" : found->second;
  };
  return std::ranges::any_of(verbs, [&](const char* verb) {
    return id_of(*write.core, verb) != id_of(*write.before.core, verb);
  });
}

namespace {

bool was_ready(const RevisionFacts& facts, TimePoint from, TimePoint to) {
  for (std::size_t i = 0; i < facts.ready.size(); ++i) {
    const auto& [since, is_ready] = facts.ready[i];
    const TimePoint until = i + 1 < facts.ready.size() ? facts.ready[i + 1].first : to;
    if (is_ready && since <= to && until >= from) return true;
  }
  return false;
}

std::string s1_sum(const Invariants&, const ServiceWritten& write) {
  if (write.after.traffic.empty() || percent_sum(write.after.traffic) == 100) return "";
  return "traffic sums to " + std::to_string(percent_sum(write.after.traffic));
}

std::string s2_ready(const Invariants& world, const ServiceWritten& write) {
  const auto raise = raise_of(write);
  if (!raise) return "";
  std::optional<RevisionName> raised = raise->rollout->candidate.name;
  // Promoted by a person before its name was noted: it is stable's by now.
  if (!raised && raise->to == 100 && write.core->stable) raised = write.core->stable->name;
  if (!raised) return "a candidate without a name gets requests";
  const std::string& name = raised->get();
  const RevisionFacts* facts = world.find(*raised);
  if (facts == nullptr) return name + " gets requests and does not exist";
  if (facts->gone && *facts->gone < write.knows) return name + " gets requests and is gone";
  if (was_ready(*facts, write.knows, write.now)) return "";
  return fmt::format("{} goes from {} to {} % and was not Ready when last seen", name, raise->from,
                     raise->to);
}

std::string s3_pinned(const Invariants&, const ServiceWritten& write) {
  if (rollout_of(write.core) == nullptr || !write.before.sets_traffic) return "";
  for (const TrafficTarget& entry : write.after.traffic) {
    if (entry.percent.get() > 0 && (entry.latest_revision || !entry.revision)) {
      return "requests follow the latest Revision during a rollout: " +
             to_string(write.after.traffic);
    }
  }
  return "";
}

std::string s4_one_canary(const Invariants&, const ServiceWritten& write) {
  if (!write.core || !write.before.sets_traffic) return "";
  if (serving(write.after.traffic).size() <= 2) return "";
  return "more than two Revisions get requests: " + to_string(write.after.traffic);
}

// Why it was rejected, where nobody has asked for a retry since; "" if it is not.
std::string rejection_in_force(const Invariants& world, const ServiceWritten& write,
                               const Pair& pair) {
  const auto retried = world.people().asked_to_retry(write.before.number);
  for (const auto& [rejection, since] : write.before.rejected) {
    if (rejection.pair != pair || rejection.until <= write.now) continue;
    if (!retried || *retried < since) return rejection.why;
  }
  return "";
}

constexpr Duration kShortestRejection = minutes(1);  // that an edit asks for

bool speaks_against_the_build(RetreatWhy why) {
  return why == RetreatWhy::kVerdict || why == RetreatWhy::kCrashed ||
         why == RetreatWhy::kAborted || why == RetreatWhy::kGateFailed;
}

std::string s6_sticky(const Invariants& world, const ServiceWritten& write) {
  if (!write.core) return "";
  for (const Rejection& rejection : write.core->rejected) {
    if (write.core->stable && rejection.pair == write.core->stable->pair) {
      return "what is stable is rejected";
    }
  }
  const auto* retreat = std::get_if<Retreating>(&write.core->phase);
  if (retreat != nullptr && speaks_against_the_build(retreat->why)) {
    const Pair& pair = retreat->rollout.candidate.pair;
    const bool begins = !is_retreat(write.before.core);
    const auto kept = std::ranges::find(write.core->rejected, pair, &Rejection::pair);
    const bool is_kept = kept != write.core->rejected.end();
    if (begins && (!is_kept || kept->until < write.now + kShortestRejection - kClockSlack)) {
      return fmt::format("a retreat ({}) rejects nothing", to_string(retreat->why));
    }
    const std::string why = rejection_in_force(world, write, pair);
    if (!is_kept && !why.empty()) return "a rejection is taken back that nobody could know: " + why;
  }
  const auto raise = raise_of(write);
  if (!raise || on_a_persons_word(write, {"adopt"})) return "";
  const std::string why = rejection_in_force(world, write, raise->rollout->candidate.pair);
  return why.empty() ? "" : "a rejected candidate gets requests again: " + why;
}

std::string s7_one_writer(const Invariants&, const ServiceWritten& write) {
  if (!write.core || !write.before.core || write.core->service != write.before.core->service) {
    return "";
  }
  if (write.core->seq > write.before.core->seq) return "";
  return fmt::format("seq {} is followed by {}", write.before.core->seq, write.core->seq);
}

std::string s8_retreat(const Invariants& world, const ServiceWritten& write) {
  if (rollout_of(write.core) == nullptr || !write.core->stable) return "";
  if (!write.before.sets_traffic) return "";
  const RevisionName& stable = write.core->stable->name;
  if (share_of(write.after.traffic, stable) == 0) {
    return stable.get() + " is stable and gets nothing: " + to_string(write.after.traffic);
  }
  const auto raise = raise_of(write);
  if (!raise || raise->to == 100) return "";
  const RevisionFacts* facts = world.find(stable);
  if (facts == nullptr) return "there is no " + stable.get() + " to go back to";
  if (facts->gone && *facts->gone < write.knows) return stable.get() + " is gone";
  if (was_ready(*facts, write.knows, write.now)) return "";
  return stable.get() + " was not Ready when last seen, and its candidate gets more";
}

std::string stable_is_as_said(const Invariants& world, const ServiceWritten& write) {
  if (!write.core || !write.core->stable) return "";
  const RevisionRef& stable = *write.core->stable;
  const RevisionFacts* facts = world.find(stable.name);
  // Of one that was deleted since, and made anew under its name, nothing is said.
  if (facts == nullptr || !facts->runs || facts->uid != stable.uid) return "";
  for (const auto& [container, digest] : stable.pair.digests) {
    if (digest == *facts->runs) return "";
  }
  return stable.name.get() + " is stable and runs another digest than is said of it";
}

// A rollout that nobody asked for, of a build from before the one in production. What status does
// not remember of the tag cannot be told.
std::string goes_back_unasked(const Invariants& world, const ServiceWritten& write) {
  const Rollout* now = rollout_of(write.core);
  const Rollout* before = rollout_of(write.before.core);
  if (now == nullptr || (before != nullptr && before->id == now->id)) return "";
  if (now->candidate.why != CandidateWhy::kDigest || on_a_persons_word(write, {"retry"})) return "";
  if (is_retreat(write.core) || !write.before.core || !write.before.core->stable) return "";
  const auto number = [&](const DigestSet& digests) {
    const auto build = world.people().builds().find(digests.begin()->second);
    return build == world.people().builds().end() ? -1 : build->second.number;
  };
  const RevisionRef& stable = *write.before.core->stable;
  const int runs = number(stable.pair.digests);
  const int wanted = number(now->candidate.pair.digests);
  if (wanted < 0 || wanted >= runs) return "";
  if (!world.is_remembered(write.before.number, stable.pair.digests.begin()->second)) return "";
  return fmt::format("build {} is rolled out over build {}", wanted, runs);
}

// Goes by the plan for new bases, and more than the base is another.
std::string shortens_wrongly(const Invariants& world, const ServiceWritten& write) {
  const Rollout* rollout = rollout_of(write.core);
  if (rollout == nullptr || !rollout->new_base || is_retreat(write.core)) return "";
  const Rollout* before = rollout_of(write.before.core);
  if (before != nullptr && before->id == rollout->id) {
    return before->plan == rollout->plan ? "" : "the plan of a rollout changes under way";
  }
  const Pair& stable = write.core->stable->pair;
  const Pair& candidate = rollout->candidate.pair;
  const auto& builds = world.people().builds();
  const auto old_build = builds.find(stable.digests.begin()->second);
  const auto new_build = builds.find(candidate.digests.begin()->second);
  if (old_build == builds.end() || new_build == builds.end()) return "";
  const bool same_template = stable.template_hash == candidate.template_hash;
  if (same_template && old_build->second.application == new_build->second.application) return "";
  return fmt::format("build {} has another application than build {}, and a plan for new bases",
                     new_build->second.number, old_build->second.number);
}

std::string s9_admission(const Invariants& world, const ServiceWritten& write) {
  if (std::string wrong = shortens_wrongly(world, write); !wrong.empty()) return wrong;
  if (std::string wrong = stable_is_as_said(world, write); !wrong.empty()) return wrong;
  if (std::string wrong = goes_back_unasked(world, write); !wrong.empty()) return wrong;
  const auto raise = raise_of(write);
  if (!raise || !raise->rollout->candidate.name) return "";
  const RevisionFacts* facts = world.find(*raise->rollout->candidate.name);
  // Nor can the writer know that it was made anew a moment ago.
  if (facts != nullptr && facts->made > write.knows) facts = nullptr;
  for (const auto& [container, digest] : raise->rollout->candidate.pair.digests) {
    const auto build = world.people().builds().find(digest);
    if (build == world.people().builds().end()) return "a digest that nobody pushed gets requests";
    if (build->second.service != world.people().image_of(write.before.number))
      return "another service's image";
    if (facts != nullptr && facts->runs && *facts->runs != digest) {
      return raise->rollout->candidate.name->get() + " runs another digest than was admitted";
    }
  }
  return "";
}

// What is written is what the core stands for: by it people are told, and evidence is counted.
std::string s19_shares(const Invariants&, const ServiceWritten& write) {
  if (!write.before.sets_traffic || !write.core || !write.core->stable) return "";
  if (std::holds_alternative<Adopting>(write.core->phase)) return "";
  const Traffic shares = serving(write.after.traffic);
  const Rollout* rollout = rollout_of(write.core);
  const int percent = candidate_percent(*write.core);
  const bool is_whole = share_of(shares, write.core->stable->name) == 100 - percent;
  const bool is_canary = percent == 0 || share_of(shares, *rollout->candidate.name) == percent;
  if (is_whole && is_canary) return "";
  return fmt::format("the core stands for {} % of the candidate, and {} is written", percent,
                     to_string(write.after.traffic));
}

std::string s10_others_entries(const Invariants&, const ServiceWritten& write) {
  if (!write.before.sets_traffic) return "";
  for (const TrafficTag& tag : write.before.others) {
    const auto has = [&](const TrafficTarget& entry) { return entry.tag == tag; };
    if (std::ranges::any_of(write.after.traffic, has)) continue;
    if (write.core && std::ranges::any_of(write.core->parked, has)) continue;
    return "the entry with tag " + tag.get() + ", which is not ours, is dropped";
  }
  return "";
}

}  // namespace

const std::vector<Check>& write_checks() {
  static const std::vector<Check> kChecks = {
      {"S1 Sum", s1_sum},
      {"S2 Ready", s2_ready},
      {"S3 Pinned", s3_pinned},
      {"S4 One canary", s4_one_canary},
      {"S5 Evidence", s5_evidence},
      {"S6 Sticky rejection", s6_sticky},
      {"S7 One writer", s7_one_writer},
      {"S8 Retreat", s8_retreat},
      {"S9 Admission", s9_admission},
      {"S10 Others' entries", s10_others_entries},
      {"S13 Gates", s13_gates},
      {"S14 Policies", s14_policies},
      {"S15 Places", s15_places},
      {"S16 Waves", s16_waves},
      {"S17 Approval", s17_approval},
      {"S18 Adoption", s18_adoption},
      {"S19 Shares", s19_shares},
  };
  return kChecks;
}

}  // namespace freshet::simulate
