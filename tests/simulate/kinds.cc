// What can happen, by name.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "tests/simulate/story.h"

namespace freshet::simulate {
namespace {

struct GroupName {
  Group group;
  std::string_view name;
};
constexpr GroupName kGroups[] = {
    {Group::kRegistry, "registry"},     {Group::kPeople, "people"},
    {Group::kKubernetes, "kubernetes"}, {Group::kKnative, "knative"},
    {Group::kPrometheus, "prometheus"}, {Group::kReplicas, "replicas"},
};

std::vector<Kind> kinds_of_wishes() {
  using enum What;
  using enum Group;
  return {
      {kPushGood, kRegistry, "push-good", "{service}: a good build is pushed"},
      {kPushFailing, kRegistry, "push-failing", "{service}: a build that fails is pushed"},
      {kPushSlow, kRegistry, "push-slow", "{service}: a slow build is pushed"},
      {kPushCrashing, kRegistry, "push-crashing", "{service}: a build that crashes is pushed"},
      {kPushNeverReady, kRegistry, "push-never-ready",
       "{service}: a build that never is Ready is pushed"},
      {kPushUnpullable, kRegistry, "push-unpullable",
       "{service}: a build that nodes cannot pull is pushed"},
      {kPushCrashesLater, kRegistry, "push-crashes-later",
       "{service}: a build that crashes with requests is pushed"},
      {kPushUnreadyLater, kRegistry, "push-unready-later",
       "{service}: a build that loses readiness with requests is pushed"},
      {kPushFailsLater, kRegistry, "push-fails-later",
       "{service}: a build that fails with requests is pushed"},
      {kPushHangs, kRegistry, "push-hangs",
       "{service}: a build that leaves requests without an answer is pushed"},
      {kPushRebuild, kRegistry, "push-rebuild", "{service}: the newest build is made once more"},
      {kPushNewBase, kRegistry, "push-new-base",
       "{service}: the newest build is made upon another base"},
      {kPushFailsGate, kRegistry, "push-fails-gate",
       "{service}: a build that fails its gate is pushed"},
      {kPushOldAgain, kRegistry, "push-old-again", "{service}: the tag names an older digest"},
      {kRemoveTag, kRegistry, "remove-tag", "{service}: the tag is removed"},
      {kRegistryFails, kRegistry, "registry-fails", "the registry answers {value} for {lasting}"},
      {kRegistryStale, kRegistry, "registry-stale",
       "the registry answers as it did before for {lasting}"},
      {kPromote, kPeople, "promote", "{service}: a person promotes"},
      {kPromoteFull, kPeople, "promote-full", "{service}: a person promotes to the end"},
      {kAbort, kPeople, "abort", "{service}: a person aborts"},
      {kPause, kPeople, "pause", "{service}: a person pauses, and resumes after {lasting}"},
      {kResume, kPeople, "resume", "{service}: a person resumes"},
      {kRetry, kPeople, "retry", "{service}: a person retries"},
      {kRollBack, kPeople, "roll-back", "{service}: a person rolls back"},
      {kAdopt, kPeople, "adopt", "{service}: a person adopts what serves most"},
      {kEditPlan, kPeople, "edit-plan",
       "{service}: another spec ({value}) is written, the first again after {lasting}"},
      {kEditInvalid, kPeople, "edit-invalid",
       "{service}: a bad spec ({value}) is written, the first again after {lasting}"},
      {kEditBack, kPeople, "edit-back", "{service}: the first spec is written again"},
      {kEditTemplate, kPeople, "edit-template", "{service}: a person changes the template"},
      {kApplyAgain, kPeople, "apply-again", "{service}: the first manifest is applied again"},
      {kSplitByHand, kPeople, "split-by-hand", "{service}: a person splits the traffic"},
      {kTakeByHand, kPeople, "take-by-hand",
       "{service}: a person gives the newest Ready build all requests, and keeps it so"},
      {kTagByHand, kPeople, "tag-by-hand", "{service}: a person adds a tagged entry of 0 %"},
      {kSpoilCore, kPeople, "spoil-core", "{service}: our annotation is spoiled ({value})"},
      {kUntrack, kPeople, "untrack", "{service}: is untracked for {lasting}"},
      {kDeleteService, kPeople, "delete-service", "{service}: the Service is gone for {lasting}"},
      {kDeleteRevision, kPeople, "delete-revision", "{service}: its newest Revision is deleted"},
      {kPoison, kPeople, "poison", "a TrackedService that cannot be read appears"},
      {kPolicyFreeze, kPeople, "policy-freeze", "a policy denies rollouts for {lasting}"},
      {kPolicyWindow, kPeople, "policy-window",
       "a policy allows rollouts in a window only, for {lasting}"},
      {kPolicyApproval, kPeople, "policy-approval", "a policy asks for approval for {lasting}"},
      {kPolicyStop, kPeople, "policy-stop", "all rollouts are stopped for {lasting}"},
  };
}

std::vector<Kind> kinds_of_trouble() {
  using enum What;
  using enum Group;
  return {
      {kApiFails, kKubernetes, "api-fails",
       "the API server answers {value} % with errors for {lasting}"},
      {kApiConflicts, kKubernetes, "api-conflicts",
       "{value} % of the writes conflict for {lasting}"},
      {kApiLosesRequests, kKubernetes, "api-loses-requests",
       "{value} % of the requests are lost for {lasting}"},
      {kApiLosesReplies, kKubernetes, "api-loses-replies",
       "{value} % of the replies are lost for {lasting}"},
      {kApiSlow, kKubernetes, "api-slow", "{value} % of the exchanges take long for {lasting}"},
      {kApiRefusesWrites, kKubernetes, "api-refuses-writes",
       "Services cannot be written for {lasting}"},
      {kApiCutsAnswers, kKubernetes, "api-cuts-answers",
       "{value} % of the answers are cut short for {lasting}"},
      {kWatchLags, kKubernetes, "watch-lags", "watches are {value} s late for {lasting}"},
      {kWatchBreaks, kKubernetes, "watch-breaks", "{value} % of the watches break for {lasting}"},
      {kCompact, kKubernetes, "compact", "the API server forgets its history"},
      {kUnready, kKnative, "unready", "{service}: its newest pods are not ready for {lasting}"},
      {kPodsRestart, kKnative, "pods-restart", "{service}: all its pods restart"},
      {kRequestsStop, kKnative, "requests-stop", "{service}: no requests for {lasting}"},
      {kKnativeStalls, kKnative, "knative-stalls", "Knative's controllers stall for {lasting}"},
      {kRouteConflicts, kKnative, "route-conflicts",
       "{value} % of Knative's writes of Routes conflict for {lasting}"},
      {kPrometheusFails, kPrometheus, "prometheus-fails", "Prometheus fails for {lasting}"},
      {kPrometheusEmpty, kPrometheus, "prometheus-empty",
       "Prometheus answers without series for {lasting}"},
      {kPrometheusNan, kPrometheus, "prometheus-nan", "Prometheus answers NaN for {lasting}"},
      {kPrometheusFailover, kPrometheus, "prometheus-failover",
       "half of Prometheus' answers are {value} s old for {lasting}"},
      {kScrapesStop, kPrometheus, "scrapes-stop", "nothing is scraped for {lasting}"},
      {kGatesUnreachable, kKnative, "gates-unreachable",
       "{value} % of the requests to tag URLs break for {lasting}"},
      {kStop, kReplicas, "stop", "replica {replica} is stopped for {lasting}"},
      {kKill, kReplicas, "kill", "replica {replica} is killed for {lasting}"},
      {kKillAtWrite, kReplicas, "kill-at-write", "replica {replica} is killed at a write"},
      {kFreeze, kReplicas, "freeze", "replica {replica} is frozen for {lasting}"},
      {kClockJump, kReplicas, "clock-jump", "the clock of replica {replica} jumps by {value} s"},
      {kStealLease, kReplicas, "steal-lease", "the lease is taken from whoever holds it"},
  };
}

void replace_all(std::string& text, std::string_view what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), by);
    at += by.size();
  }
}

std::string known_names() {
  std::string out = "all, none";
  for (const GroupName& group : kGroups) out += fmt::format(", {}", group.name);
  for (const Kind& kind : all_kinds()) out += fmt::format(", {}", kind.name);
  return out;
}

}  // namespace

const std::vector<Kind>& all_kinds() {
  static const std::vector<Kind> kKinds = [] {
    std::vector<Kind> all = kinds_of_wishes();
    std::ranges::copy(kinds_of_trouble(), std::back_inserter(all));
    return all;
  }();
  return kKinds;
}

const Kind& kind_of(What what) { return *std::ranges::find(all_kinds(), what, &Kind::what); }

Allowed everything() {
  Allowed out;
  for (const Kind& kind : all_kinds()) out.insert(kind.what);
  return out;
}

Result<Allowed> parse_allowed(std::string_view text) {
  if (text == "all") return everything();
  Allowed out = {What::kPushGood};
  if (text == "none") return out;
  for (const std::string& word : split(std::string(text), ',')) {
    const std::size_t before = out.size();
    bool known = false;
    for (const Kind& kind : all_kinds()) {
      const auto* group = std::ranges::find(kGroups, kind.group, &GroupName::group);
      if (word != kind.name && word != group->name) continue;
      out.insert(kind.what);
      known = true;
    }
    if (!known && out.size() == before) {
      return bad_input("--faults: found \"" + word + "\", allowed: " + known_names());
    }
  }
  return out;
}

std::string describe(const Event& event) {
  std::string text(kind_of(event.what).sentence);
  replace_all(text, "{service}", fmt::format("shop/s{}", event.service));
  replace_all(text, "{replica}", std::to_string(event.replica));
  replace_all(text, "{lasting}", format_duration(event.lasting));
  replace_all(text, "{value}", std::to_string(event.value));
  return text;
}

std::string describe(const Story& story) {
  std::string out = fmt::format(
      "{} replica{}, faults for {}, {} rollout{} at once{}{}\n", story.replicas,
      story.replicas == 1 ? "" : "s", format_duration(story.length), story.max_rollouts,
      story.max_rollouts == 1 ? "" : "s", story.one_image ? ", all follow one image" : "",
      story.asks_for_token ? ", a registry that asks for a token" : "");
  int number = 0;
  for (const ServiceSetting& service : story.services) {
    out += fmt::format("shop/s{}: {}, steps of {} %, {} each, bake {}{}{}{}\n", number++,
                       service.metrics ? "metrics" : "readiness only",
                       fmt::join(service.steps, ", "), format_duration(service.minimum_step),
                       format_duration(service.bake), service.approval ? ", approval" : "",
                       service.supersede ? ", superseded at once" : "",
                       service.new_base ? ", a plan for new bases" : "");
  }
  for (const Event& event : story.events) {
    out += fmt::format("{:>10}  {}\n", format_duration(event.at), describe(event));
  }
  return out;
}

}  // namespace freshet::simulate
