// The core as JSON text: one annotation of the Knative Service.
#include <nlohmann/json.hpp>

#include "base/overloaded.h"
#include "controller/model/core.h"
#include "controller/model/pair_codec.h"

namespace freshet {
namespace {

Json revision_to_json(const RevisionRef& revision) {
  Json out = {{"name", revision.name.get()}, {"uid", revision.uid.get()}};
  put_pair(out, revision.pair);
  return out;
}

Json candidate_to_json(const Candidate& candidate) {
  Json out = {{"why", candidate.why == CandidateWhy::kDigest ? "digest" : "template"}};
  put_pair(out, candidate.pair);
  if (candidate.name) out["name"] = candidate.name->get();
  if (candidate.uid) out["uid"] = candidate.uid->get();
  return out;
}

void put_rollout(Json& out, const Rollout& rollout) {
  out["rollout"] = rollout.id;
  out["candidate"] = candidate_to_json(rollout.candidate);
  out["plan"] = rollout.plan;
  out["started"] = format_rfc3339(rollout.started);
  if (rollout.new_base) out["newBase"] = true;
  if (!rollout.tag.empty()) out["tag"] = rollout.tag;
  if (rollout.reduced > 0) out["reduced"] = rollout.reduced;
  if (rollout.held != Duration{0}) out["heldSeconds"] = to_seconds(rollout.held);
}

void put_retreat(Json& out, const Retreating& retreat) {
  Json why = {{"why", to_string(retreat.why)}, {"message", retreat.message}};
  if (retreat.rewritten) why["rewritten"] = true;
  if (retreat.unexposed) why["unexposed"] = true;
  out["retreat"] = std::move(why);
}

void put_phase(Json& out, const Phase& phase) {
  out["phase"] = phase_name(phase);
  if (const Rollout* rollout = active_rollout(phase)) put_rollout(out, *rollout);
  std::visit(overloaded{
                 [](const Adopting&) {},
                 [](const Idle&) {},
                 [](const Preparing&) {},
                 [](const Gating&) {},
                 [](const Waiting&) {},
                 [&](const Shifting& p) { out["step"] = p.step; },
                 [&](const Baking& p) { out["holdback"] = p.holdback; },
                 [&](const Retreating& p) { put_retreat(out, p); },
             },
             phase);
}

Json target_to_json(const TrafficTarget& target) {
  Json out = {{"percent", target.percent.get()}};
  if (target.revision) out["revisionName"] = target.revision->get();
  if (target.latest_revision) out["latestRevision"] = true;
  if (target.tag) out["tag"] = target.tag->get();
  return out;
}

Json hold_to_json(const Hold& hold) {
  Json out = {
      {"owner", hold.owner}, {"reason", hold.reason}, {"since", format_rfc3339(hold.since)}};
  if (hold.until) out["until"] = format_rfc3339(*hold.until);
  return out;
}

Json rejection_to_json(const Rejection& rejection) {
  Json out = {{"until", format_rfc3339(rejection.until)}, {"why", rejection.why}};
  if (rejection.seq > 0) out["seq"] = rejection.seq;
  put_pair(out, rejection.pair);
  return out;
}

// An older release keeps what it does not know: with its seq it is not taken for a later write's.
Json last_to_json(const Fact& fact, std::int64_t seq) {
  Json out = {{"seq", seq}, {"reason", fact.reason}, {"message", fact.message}};
  if (fact.warning) out["warning"] = true;
  return out;
}

template <class Item>
void put_list(Json& out, std::string_view key, const std::vector<Item>& items,
              Json (*to_json)(const Item&)) {
  if (items.empty()) return;
  Json list = Json::array();
  for (const Item& item : items) list.push_back(to_json(item));
  out[std::string(key)] = std::move(list);
}

}  // namespace

Json core_to_json(const Core& core) {
  Json out = Json::object();
  if (!core.unknown.empty()) {
    if (auto kept = parse_json(core.unknown); kept && kept->is_object()) out = *kept;
  }
  out["v"] = kCoreVersion;
  out["service"] = core.service.get();
  out["seq"] = core.seq;
  out["since"] = format_rfc3339(core.since);
  put_phase(out, core.phase);
  out["percent"] = candidate_percent(core);  // for people: derived, never read back
  if (core.stable) out["stable"] = revision_to_json(*core.stable);
  out["adopted"] = {{"latestRevision", core.adopted_latest_revision}};
  put_list(out, "parked", core.parked, target_to_json);
  put_list(out, "holds", core.holds, hold_to_json);
  put_list(out, "rejected", core.rejected, rejection_to_json);
  if (!core.commands.empty()) out["commands"] = core.commands;
  if (core.last) out["last"] = last_to_json(*core.last, core.seq);
  return out;
}

std::string core_to_text(const Core& core) { return dump_json(core_to_json(core)); }

}  // namespace freshet
