// Reading a core: either all of it is well, or only its frozen part (service, stable, candidate) is
// believed. A field of a wrong shape is never guessed at.
#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "controller/model/core.h"
#include "controller/model/pair_codec.h"

namespace freshet {
namespace {

constexpr double kMaxHeldSeconds = 10.0 * 365 * 86400;
constexpr std::size_t kMaxSteps = 100;
constexpr double kMostReduced = 1000;
constexpr std::array<std::string_view, 20> kKnown = {
    "v",         "service", "seq",    "phase",   "since",    "stable",  "rollout",
    "candidate", "plan",    "step",   "percent", "holdback", "started", "heldSeconds",
    "retreat",   "adopted", "parked", "newBase", "tag",      "reduced"};
constexpr std::array<std::string_view, 4> kKnownLists = {"holds", "rejected", "commands", "last"};

Error wrong(std::string_view field, std::string_view what) {
  return bad_input(std::string(field) + ": " + std::string(what));
}

Result<std::string> text_field(const Json& object, std::string_view key) {
  const Json& value = at_path(object, {key});
  if (!value.is_string()) return wrong(key, "not a text");
  return value.get<std::string>();
}

Result<std::int64_t> whole_field(const Json& object, std::string_view key, std::int64_t least,
                                 std::int64_t most) {
  const Json& value = at_path(object, {key});
  if (!value.is_number_integer()) return wrong(key, "not a whole number");
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
    return wrong(key, "out of bounds");
  }
  const auto number = value.get<std::int64_t>();
  if (number < least || number > most) return wrong(key, "out of bounds");
  return number;
}

Result<TimePoint> time_field(const Json& object, std::string_view key) {
  auto text = text_field(object, key);
  if (!text) return text.error();
  auto time = parse_rfc3339(*text);
  if (!time) return with_context(key, time.error());
  return *time;
}

Result<RevisionRef> read_revision(const Json& object) {
  auto name = text_field(object, "name");
  if (!name) return name.error();
  auto uid = text_field(object, "uid");
  if (!uid) return uid.error();
  auto pair = read_pair(object);
  if (!pair) return pair.error();
  return RevisionRef{RevisionName(*name), Uid(*uid), *pair};
}

Result<Candidate> read_candidate(const Json& object) {
  Candidate out;
  auto pair = read_pair(object);
  if (!pair) return pair.error();
  out.pair = *pair;
  const std::string why = string_or(object, "why");
  if (why != "digest" && why != "template") return wrong("why", "neither digest nor template");
  out.why = why == "digest" ? CandidateWhy::kDigest : CandidateWhy::kTemplate;
  if (auto name = text_field(object, "name")) out.name = RevisionName(*name);
  if (auto uid = text_field(object, "uid")) out.uid = Uid(*uid);
  return out;
}

Result<std::vector<int>> read_plan(const Json& list) {
  if (!list.is_array() || list.empty() || list.size() > kMaxSteps) {
    return wrong("plan", "not a list of steps");
  }
  std::vector<int> plan;
  for (const Json& step : list) {
    if (!step.is_number_integer()) return wrong("plan", "not a whole percent");
    const auto percent = step.get<std::int64_t>();
    if (percent < 1 || percent > 99) return wrong("plan", "not a percent from 1 to 99");
    if (!plan.empty() && percent <= plan.back()) return wrong("plan", "does not rise");
    plan.push_back(static_cast<int>(percent));
  }
  return plan;
}

Result<Rollout> read_rollout(const Json& root) {
  auto id = text_field(root, "rollout");
  if (!id) return id.error();
  auto candidate = read_candidate(at_path(root, {"candidate"}));
  if (!candidate) return with_context("candidate", candidate.error());
  auto plan = read_plan(at_path(root, {"plan"}));
  if (!plan) return plan.error();
  auto started = time_field(root, "started");
  if (!started) return started.error();
  const double held = number_or(root, "heldSeconds", 0);
  if (!(held >= 0 && held <= kMaxHeldSeconds)) return wrong("heldSeconds", "out of bounds");
  const double reduced = number_or(root, "reduced", 0);
  if (!(reduced >= 0 && reduced <= kMostReduced)) return wrong("reduced", "out of bounds");
  return Rollout{*id,
                 *candidate,
                 *plan,
                 *started,
                 Duration(std::llround(held * 1000)),
                 bool_or(root, "newBase", false),
                 string_or(root, "tag"),
                 static_cast<int>(reduced)};
}

Result<Phase> read_retreat(const Json& retreat, Rollout rollout) {
  const std::string name = string_or(retreat, "why");
  for (int i = 0; i <= static_cast<int>(RetreatWhy::kGateFailed); ++i) {
    const auto why = static_cast<RetreatWhy>(i);
    if (to_string(why) != name) continue;
    return Phase(Retreating{std::move(rollout), why, string_or(retreat, "message"),
                            bool_or(retreat, "rewritten", false),
                            bool_or(retreat, "unexposed", false)});
  }
  return wrong("retreat.why", "not a known cause");
}

// A phase in which the candidate has a share names it with its uid: evidence belongs to that one.
Result<Phase> read_phase(const Json& root) {
  auto name = text_field(root, "phase");
  if (!name) return name.error();
  if (*name == "Adopting") return Phase(Adopting{});
  if (*name == "Idle") return Phase(Idle{});
  auto rollout = read_rollout(root);
  if (!rollout) return rollout.error();
  if (*name == "Preparing") return Phase(Preparing{*rollout});
  if (*name == "Retreating") return read_retreat(at_path(root, {"retreat"}), *rollout);
  if (!rollout->candidate.name || !rollout->candidate.uid) {
    return wrong("candidate", "has no name and uid");
  }
  if (*name == "Gating") return Phase(Gating{*rollout});
  if (*name == "Waiting") return Phase(Waiting{*rollout});
  if (*name == "Shifting") {
    const auto last = static_cast<std::int64_t>(rollout->plan.size()) - 1;
    auto step = whole_field(root, "step", 0, last);
    if (!step) return step.error();
    return Phase(Shifting{*rollout, static_cast<int>(*step)});
  }
  if (*name == "Baking") {
    auto holdback = whole_field(root, "holdback", 1, 99);
    if (!holdback) return holdback.error();
    return Phase(Baking{*rollout, static_cast<int>(*holdback)});
  }
  return wrong("phase", "'" + printable(*name, 40) + "' is not a known phase");
}

Result<TrafficTarget> read_target(const Json& object) {
  auto number = whole_field(object, "percent", 0, 100);
  if (!number) return number.error();
  TrafficTarget out;
  out.percent = Percent::clamp(*number);
  if (auto name = text_field(object, "revisionName")) out.revision = RevisionName(*name);
  if (auto tag = text_field(object, "tag")) out.tag = TrafficTag(*tag);
  out.latest_revision = bool_or(object, "latestRevision", false);
  return out;
}

Result<Hold> read_hold(const Json& object) {
  auto since = time_field(object, "since");
  if (!since) return since.error();
  Hold out{string_or(object, "owner"), string_or(object, "reason"), *since, {}};
  if (!at_path(object, {"until"}).is_null()) {
    auto until = time_field(object, "until");
    if (!until) return until.error();
    out.until = *until;
  }
  return out;
}

Result<Rejection> read_rejection(const Json& object) {
  auto pair = read_pair(object);
  if (!pair) return pair.error();
  auto until = time_field(object, "until");
  if (!until) return until.error();
  return Rejection{*pair, *until, string_or(object, "why"), int_or(object, "seq", 0)};
}

// An absent list is an empty one; of a list that is too long the newest are kept.
template <class Item>
Status read_list(const Json& root, std::string_view key, std::size_t most,
                 Result<Item> (*read)(const Json&), std::vector<Item>& out) {
  const Json& list = at_path(root, {key});
  if (list.is_null()) return {};
  if (!list.is_array()) return wrong(key, "not a list");
  for (const Json& item : list) {
    auto read_item = read(item);
    if (!read_item) return with_context(key, read_item.error());
    out.push_back(*std::move(read_item));
  }
  if (out.size() > most) out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(most));
  return {};
}

Status read_commands(const Json& root, std::map<std::string, std::string>& out) {
  const Json& commands = at_path(root, {"commands"});
  if (commands.is_null()) return {};
  if (!commands.is_object()) return wrong("commands", "not an object");
  for (const auto& [verb, id] : commands.items()) {
    if (!id.is_string()) return wrong("commands", "not a text");
    out[verb] = id.get<std::string>();
  }
  return {};
}

// For messages only: one of a wrong shape, or of another write, is none.
std::optional<Fact> read_last(const Json& object, std::int64_t seq) {
  Fact out{string_or(object, "reason"), string_or(object, "message"),
           bool_or(object, "warning", false)};
  if (out.reason.empty() || int_or(object, "seq", -1) != seq) return std::nullopt;
  out.message = printable(out.message, kMaxLastBytes);
  return out;
}

std::string unknown_fields(const Json& root) {
  Json unknown = Json::object();
  for (const auto& [key, value] : root.items()) {
    if (std::ranges::find(kKnown, key) != kKnown.end()) continue;
    if (std::ranges::find(kKnownLists, key) != kKnownLists.end()) continue;
    unknown[key] = value;
  }
  return unknown.empty() ? std::string() : dump_json(unknown);
}

Status read_lists(const Json& root, Core& core) {
  if (auto s = read_list(root, "parked", kMaxParked, read_target, core.parked); !s) return s;
  if (auto s = read_list(root, "holds", kMaxHolds, read_hold, core.holds); !s) return s;
  if (auto s = read_list(root, "rejected", kMaxRejections, read_rejection, core.rejected); !s) {
    return s;
  }
  return read_commands(root, core.commands);
}

Result<Core> read_all(const Json& root) {
  Core core;
  auto service = text_field(root, "service");
  if (!service) return service.error();
  core.service = Uid(*service);
  auto seq = whole_field(root, "seq", 0, INT64_MAX - 1);
  if (!seq) return seq.error();
  core.seq = *seq;
  auto since = time_field(root, "since");
  if (!since) return since.error();
  core.since = *since;
  auto phase = read_phase(root);
  if (!phase) return phase.error();
  core.phase = *phase;
  if (!at_path(root, {"stable"}).is_null()) {
    auto stable = read_revision(at_path(root, {"stable"}));
    if (!stable) return with_context("stable", stable.error());
    core.stable = *stable;
  }
  if (!core.stable && !std::holds_alternative<Adopting>(core.phase)) {
    return wrong("stable", "is missing");
  }
  core.adopted_latest_revision = bool_or(at_path(root, {"adopted"}), "latestRevision", false);
  if (auto lists = read_lists(root, core); !lists) return lists.error();
  for (Rejection& rejection : core.rejected) rejection.seq = std::min(rejection.seq, core.seq);
  core.last = read_last(at_path(root, {"last"}), core.seq);
  core.unknown = unknown_fields(root);
  return core;
}

DamagedCore read_frozen(const Json& root, std::string problem, bool newer) {
  DamagedCore out;
  out.problem = printable(problem);
  out.newer_version = newer;
  if (auto service = text_field(root, "service")) out.service = Uid(*service);
  if (auto stable = read_revision(at_path(root, {"stable"}))) out.stable = *stable;
  if (auto candidate = read_revision(at_path(root, {"candidate"}))) out.candidate = *candidate;
  return out;
}

}  // namespace

CoreRead read_core(const std::optional<std::string>& annotation) {
  if (!annotation) return NoCore{};
  const auto root = parse_json(*annotation, kMaxCoreBytes);
  if (!root) return DamagedCore{printable(root.error().message), false, {}, {}, {}};
  if (!root->is_object()) return DamagedCore{"not a JSON object", false, {}, {}, {}};
  const auto version = whole_field(*root, "v", 1, INT64_MAX);
  if (!version) return read_frozen(*root, version.error().message, false);
  if (*version > kCoreVersion) {
    return read_frozen(*root, "written by a newer release (v " + std::to_string(*version) + ")",
                       true);
  }
  auto core = read_all(*root);
  if (!core) return read_frozen(*root, core.error().message, false);
  return *core;
}

}  // namespace freshet
