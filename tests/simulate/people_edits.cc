// What people do to a Knative Service by hand.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/knative/views.h"
#include "controller/runtime/paths.h"
#include "tests/simulate/people.h"

namespace freshet::simulate {
namespace {

constexpr Duration kAnswersAfter =
    milliseconds(200);  // who has seen the hold that an edit leads to

}  // namespace

void People::act_on_service(const Event& event) {
  const int service = event.service;
  switch (event.what) {
    case What::kEditTemplate: {
      Json changed = container_of(image_of(service));
      changed["env"] = Json::array({{{"name", "LEVEL"}, {"value", std::to_string(event.value)}}});
      const Json spec = {{"template", {{"spec", {{"containers", Json::array({changed})}}}}}};
      (void)world_.merge_patch(service_path(service_key(service)), {{"spec", spec}});
      return;
    }
    case What::kApplyAgain:
    case What::kSplitByHand:
    case What::kTagByHand: return replace_traffic(service, event);
    case What::kTakeByHand: replace_traffic(service, event); return later(kAnswersAfter, event);
    case What::kSpoilCore: return spoil_core(service, event.value);
    case What::kDeleteService:
      (void)world_.remove(service_path(service_key(service)));
      return later(event.lasting + seconds(20), event);
    case What::kDeleteRevision: {
      const auto app = world_.read(service_path(service_key(service)));
      if (!app) return;
      const std::string name = string_or(at_path(*app, {"status"}), "latestCreatedRevisionName");
      const auto program = world_.programmed(service_key(service));
      if (program.size() == 1 && program.contains(name)) return;  // what runs is left alone
      deleted_.insert(name);
      (void)world_.remove(fmt::format("{}/{}", revisions_path(kNamespace), name));
      return;
    }
    default: return;
  }
}

// What kubectl apply, an editor or another tool makes of spec.traffic.
void People::replace_traffic(int service, const Event& event) {
  const auto app = world_.read(service_path(service_key(service)));
  if (!app) return;
  const std::string ready = string_or(at_path(*app, {"status"}), "latestReadyRevisionName");
  Json traffic = Json::array();
  if (event.what == What::kApplyAgain) {
    traffic = Json::array({{{"latestRevision", true}, {"percent", 100}}});
  } else if (event.what == What::kSplitByHand || event.what == What::kTakeByHand) {
    traffic = Json::array({{{"revisionName", ready}, {"percent", 100}}});
  } else {
    traffic = at_path(*app, {"spec", "traffic"});
    if (!traffic.is_array()) return;
    traffic.push_back({{"revisionName", ready}, {"percent", 0}, {"tag", "mine"}});
  }
  Json patch = Json::array({{{"op", "add"}, {"path", "/spec/traffic"}, {"value", traffic}}});
  if (event.what == What::kApplyAgain) {
    patch.push_back({{"op", "replace"},
                     {"path", "/spec/template/spec/containers/0/image"},
                     {"value", container_of(image_of(service))["image"]}});
  }
  (void)world_.json_patch(service_path(service_key(service)), patch);
}

// Cut short as by a tool that counts bytes, lost as by one that replaces the object, or an older
// one as from a backup.
void People::spoil_core(int service, int value) {
  const auto app = world_.read(service_path(service_key(service)));
  if (!app) return;
  const std::string text =
      string_or(at_path(*app, {"metadata", "annotations"}), "freshet.dev/rollout");
  if (text.empty()) return;
  const std::string old = std::exchange(old_cores_[service], text);
  Json written = text.substr(0, text.size() / 2);
  if (value % 4 == 1) written = nullptr;
  if (value % 4 == 2 && !old.empty()) written = old;
  (void)world_.merge_patch(service_path(service_key(service)),
                           {{"metadata", {{"annotations", {{"freshet.dev/rollout", written}}}}}});
}

std::string People::serves_most(int service) const {
  const auto shares = world_.programmed(service_key(service));
  const auto most =
      std::ranges::max_element(shares, {}, [](const auto& share) { return share.second; });
  return most == shares.end() ? "" : most->first;
}

void People::adopt_what_serves_most(int service) {
  const std::string most = serves_most(service);
  if (!most.empty()) command(service, "adopt", "--to=" + most);
}

bool People::runs(const std::string& revision) const {
  const auto found = world_.read(fmt::format("{}/{}", revisions_path(kNamespace), revision));
  return found && condition_view(at_path(*found, {"status"}), "Ready").status == Tri::kTrue;
}

// A request well, since this was asked last.
bool People::has_answered(int service, const std::string& revision) {
  const auto served = world_.served(service_key(service));
  const auto found = served.find(revision);
  const auto now = found == served.end() ? 0 : found->second.good;
  return std::exchange(answered_[revision], now) != now;
}

void People::roll_back(int service) {
  const std::string most = serves_most(service);
  if (most.empty()) return;
  const std::size_t dash = most.rfind('-') + 1;
  for (int number = std::atoi(most.c_str() + dash) - 1; number > 0; --number) {
    const std::string name = fmt::format("{}{:05}", most.substr(0, dash), number);
    if (runs(name)) return command(service, "rollback", "--to=" + name);
  }
}

// Tags of one's own that keep the Route from being programmed.
void People::take_own_tags_out(int service) {
  const auto app = world_.read(service_path(service_key(service)));
  if (!app) return;
  Json kept = Json::array();
  for (const Json& entry : at_path(*app, {"spec", "traffic"})) {
    if (string_or(entry, "tag") != "mine") kept.push_back(entry);
  }
  (void)world_.json_patch(
      service_path(service_key(service)),
      Json::array({{{"op", "replace"}, {"path", "/spec/traffic"}, {"value", std::move(kept)}}}));
}

// What is held for a person is answered; what nobody can follow from is deployed anew.
void People::look_after(int service) {
  const auto tracked = world_.read(tracked_service_path(service_key(service)));
  if (!tracked) return;
  const std::string stable = string_or(at_path(*tracked, {"status", "stable"}), "name");
  const bool answers = has_answered(service, stable.empty() ? serves_most(service) : stable);
  for (const Json& hold : at_path(*tracked, {"status", "holds"})) {
    const std::string reason = string_or(hold, "reason");
    if (reason == "AwaitingApproval" || reason == "Inconclusive") command(service, "promote");
    // Stable cannot be compared with, or does not run at all; who looks sees that it is so.
    const bool is_lost = !runs(stable) || !answers;
    if (is_lost && (reason == "StaleMetrics" || reason == "StableUnready")) {
      command(service, "promote", "--full");
    }
    // No way back: what was rejected may be better than what does not run.
    const std::string phase = string_or(at_path(*tracked, {"status"}), "phase");
    const std::string message = string_or(hold, "message");
    if (message.find("resume first") != std::string::npos) command(service, "resume");
    if (is_lost && reason == "StableUnready" && phase == "Retreating") retry(service);
    // An abort that was heard late, of the newest good build.
    const bool aborted = message.find("aborted by") != std::string::npos;
    if (reason == "Rejected" && aborted && wants_newest_) retry(service);
    if (reason == "ForeignEdit") command(service, "resume", "--keep-mine");
    if (reason == "ApprovalRequired") approve(service, at_path(*tracked, {"status"}));
    if (reason == "RouteNotReady" && phase == "Idle") take_own_tags_out(service);
    if (reason == "Paused") command(service, "resume");
    if (reason == "CoreLost" || reason == "CoreDamaged" || reason == "Split") {
      adopt_what_serves_most(service);
    }
  }
  const auto app = world_.read(service_path(service_key(service)));
  // What serves does not run, and nobody knows any more what was rolled out: what is Ready is best.
  const std::string ready =
      app ? string_or(at_path(*app, {"status"}), "latestReadyRevisionName") : "";
  if (string_or(at_path(*tracked, {"status"}), "reason") == "ServiceNotReady" && !ready.empty()) {
    command(service, "adopt", "--to=" + ready);
  }
  if (!app || string_or(at_path(*tracked, {"status"}), "phase") != "Adopting") return;
  const bool is_down = condition_view(at_path(*app, {"status"}), "Ready").status == Tri::kFalse;
  if (!is_down && answers) return;
  act_on_service({.what = What::kEditTemplate, .service = service, .value = ++commands_});
}

void People::look_around() {
  for (int i = 0; i < static_cast<int>(story_.services.size()); ++i) look_after(i);
}

}  // namespace freshet::simulate
