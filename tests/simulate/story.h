// Story: everything that happens to one simulated cluster beside what the controller does, as a
// value. The same story gives the same run, and one with an event less is a story as well.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace freshet::simulate {

enum class Group { kRegistry, kPeople, kKubernetes, kKnative, kPrometheus, kReplicas };

enum class What {
  // Of the registry, by `service`.
  kPushGood,
  kPushFailing,   // answers many requests with errors
  kPushSlow,      // takes several times as long
  kPushCrashing,  // its container ends at once
  kPushNeverReady,
  kPushUnpullable,
  kPushCrashesLater,  // once it has had requests for `value` seconds
  kPushUnreadyLater,
  kPushFailsLater,
  kPushHangs,      // never answers most of its requests
  kPushFailsGate,  // answers its tests with errors
  kPushRebuild,    // the newest once more: another digest, the same content
  kPushNewBase,    // the newest upon another base; `value` % 4 == 3: which breaks it
  kPushOldAgain,   // an earlier digest stands at the tag again
  kRemoveTag,
  kRegistryFails,
  kRegistryStale,
  // People, by `service`.
  kPromote,
  kPromoteFull,
  kAbort,
  kPause,
  kResume,
  kRetry,
  kRollBack,        // to the Ready Revision before the one in production
  kAdopt,           // whatever serves most is to be stable
  kEditPlan,        // another valid spec
  kEditInvalid,     // a spec that does not hold together
  kEditBack,        // the first spec again
  kEditTemplate,    // an environment variable of the Service
  kApplyAgain,      // kubectl apply of the first manifest
  kSplitByHand,     // spec.traffic of one's own
  kTakeByHand,      // likewise, and it is kept: the rollout ends with it
  kTagByHand,       // an entry of 0 % beside ours
  kSpoilCore,       // our annotation is cut short, lost or an older one (`value`)
  kUntrack,         // the TrackedService is deleted, and made again after `lasting`
  kDeleteService,   // likewise the Service
  kDeleteRevision,  // the newest one
  kPoison,          // a TrackedService that cannot be read appears
  kPolicyFreeze,    // a RolloutPolicy of the namespace denies everything for `lasting`
  kPolicyWindow,    // one allows a window that comes, until it is deleted after `lasting`
  kPolicyApproval,  // one asks for approval before traffic, until it is deleted after `lasting`
  kPolicyStop,      // pause --all, and resume --all after `lasting`
  // The API server. Windows of `lasting`; `value` in percent of the exchanges.
  kApiFails,
  kApiConflicts,
  kApiLosesRequests,
  kApiLosesReplies,
  kApiSlow,
  kApiRefusesWrites,  // a webhook that is down
  kApiCutsAnswers,
  kWatchLags,    // events come `value` seconds late
  kWatchBreaks,  // mid-line
  kCompact,
  // Knative and its pods.
  kUnready,  // pods of the newest image stop being ready for `lasting`
  kPodsRestart,
  kRequestsStop,    // nobody asks for anything for `lasting`
  kKnativeStalls,   // its controllers do nothing new for `lasting`
  kRouteConflicts,  // of Knative's own writes of Routes `value` percent, for `lasting`
  // Prometheus.
  kPrometheusFails,
  kPrometheusEmpty,  // answers without a series
  kPrometheusNan,
  kPrometheusFailover,  // every other answer comes from one that is `value` seconds behind
  kScrapesStop,
  kGatesUnreachable,  // no connection to tag URLs; `value` in percent of the requests
  // Our own replicas, by `replica`.
  kStop,         // cleanly, and started again after `lasting`
  kKill,         // and started again after `lasting`
  kKillAtWrite,  // before, after or in the middle of one of the next writes
  kFreeze,       // stopped mid-request and resumed after `lasting`
  kClockJump,    // by `value` seconds
  kStealLease,
};

struct Kind {
  What what;
  Group group;
  std::string_view name;      // "push-good", for --faults and reports
  std::string_view sentence;  // "{service}: a good build is pushed"
};
const std::vector<Kind>& all_kinds();
const Kind& kind_of(What what);

struct Event {
  Duration at{};  // since the beginning of the story
  What what = What::kPushGood;
  int service = 0;
  int replica = 0;
  Duration lasting{};
  int value = 0;
  bool operator==(const Event&) const = default;
};

struct ServiceSetting {
  bool metrics = false;  // judged by metrics, else by readiness only
  std::vector<int> steps = {20};
  Duration minimum_step = seconds(20);
  Duration bake = seconds(30);
  bool approval = false;   // before promotion
  bool gates = false;      // tests over HTTP before any user's request
  bool task_gate = false;  // and a TaskRun after them
  bool supersede = false;  // a newer digest ends a rollout under way
  bool new_base = false;   // a plan of its own where only the base moved
  bool operator==(const ServiceSetting&) const = default;
};

struct Story {
  std::uint64_t seed = 1;
  int replicas = 1;
  std::vector<ServiceSetting> services;
  bool one_image = false;       // all services follow the image of the first
  int max_rollouts = 50;        // that the controller lets run at once
  bool asks_for_token = false;  // the registry, of everybody
  std::vector<Event> events;    // in their order
  Duration length{};            // of the part in which faults happen
  bool operator==(const Story&) const = default;
};

// What may happen at all: named kinds or groups.
using Allowed = std::set<What>;
Allowed everything();
// "all", "none" (only good pushes) or a comma-separated list of groups and kinds.
Result<Allowed> parse_allowed(std::string_view text);

// Swarm: each seed leaves some kinds out and prefers others (Groce et al., "Swarm testing", 2012).
Story make_story(std::uint64_t seed, const Allowed& allowed);

// One line an event: "  12m5s  shop/s0: a good build is pushed".
std::string describe(const Story& story);
std::string describe(const Event& event);

}  // namespace freshet::simulate
