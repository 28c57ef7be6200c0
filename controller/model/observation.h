// Observation: everything one pass has read about one tracked service, as one value.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/dialect.h"
#include "analysis/verdict.h"
#include "base/time.h"
#include "config/tracked_service.h"
#include "controller/model/core.h"
#include "controller/model/image_reference.h"
#include "controller/model/memo.h"
#include "controller/model/names.h"
#include "controller/model/policy.h"
#include "controller/model/traffic.h"

namespace freshet {

enum class Tri { kTrue, kFalse, kUnknown };

struct ConditionView {
  Tri status = Tri::kUnknown;
  std::string reason;
  std::string message;
  std::optional<TimePoint> since;  // lastTransitionTime
  bool operator==(const ConditionView&) const = default;
};

struct ContainerView {
  ContainerName name;
  std::string image;  // as written in the template
  bool has_port = false;
  bool operator==(const ContainerView&) const = default;
};

// As written in a template, those of init containers too.
using ImageTexts = std::map<ContainerName, std::string>;

inline constexpr std::size_t kMaxPullSecrets = 16;  // of one list; more are not looked at

// Where Kubernetes looks for the credentials of an image: Secrets of the Service's own namespace.
struct PullSecretNames {
  std::vector<std::string> secrets;  // in the order in which they are tried
  std::string service_account;       // those that it lists come after them; "": nobody's
  auto operator<=>(const PullSecretNames&) const = default;
};

// Which nodes the template lets its pods run on.
struct NodePlacement {
  std::string os;              // that its nodeSelector names; "": any
  std::string architecture;    // likewise
  bool by_other_rule = false;  // by something else as well: affinity, other labels, one node
  bool operator==(const NodePlacement&) const = default;
};

// The Knative Service as far as Freshet looks at it.
struct ServiceView {
  ServiceKey key;
  Uid uid;
  std::string resource_version;
  std::int64_t generation = 0;
  std::int64_t observed_generation = 0;
  bool deleting = false;
  std::optional<TimePoint> created;
  bool has_annotations = false;
  std::map<std::string, std::string> annotations;  // those that are read: ours, the user's image
  std::string template_json;                       // spec.template, canonical text
  std::string template_hash;                       // "t:…"
  std::optional<std::string> template_rollout_id;  // our annotation on the template
  std::optional<std::string> byo_revision_name;    // template.metadata.name
  std::vector<ContainerView> containers;
  ImageTexts images;                            // of all containers, where there are several
  PullSecretNames pull_secrets;                 // of the template
  NodePlacement placement;                      // likewise
  Traffic traffic;                              // spec.traffic
  Traffic observed_traffic;                     // status.traffic: names resolved
  std::map<std::string, std::string> tag_urls;  // TrafficTag → URL, from status
  ConditionView ready;
  ConditionView routes_ready;
  ConditionView configurations_ready;
  std::optional<RevisionName> latest_created;
  std::optional<RevisionName> latest_ready;
  std::vector<std::string> other_managers;  // "Flagger", "Argo CD", "Flux": found on the object
  bool managed_traffic_elsewhere = false;   // one of them also owns spec.traffic
  bool operator==(const ServiceView&) const = default;
};

struct RevisionView {
  RevisionName name;
  Uid uid;
  std::string template_hash;           // of the template it was made from
  std::string template_json;           // that template, as it can be put back into a Service
  ImageTexts images;                   // of all containers, where there are several
  std::set<ContainerName> containers;  // all that its template names: others are put beside them
  std::optional<Uid> service;          // whose it was made for; nullopt: it does not say
  std::optional<std::string> rollout_id;
  std::map<ContainerName, Digest> digests;  // resolved, from status.containerStatuses
  ConditionView ready;
  ConditionView resources_available;
  ConditionView container_healthy;
  std::optional<TimePoint> created;
  std::int64_t configuration_generation = 0;
  std::optional<Duration> progress_deadline;  // its own annotation
  bool deleting = false;
  bool operator==(const RevisionView&) const = default;
};

// The candidate's pods, summed up.
struct PodFacts {
  int pods = 0;
  int ready = 0;
  int most_exits = 0;  // times the Revision's own containers ended, in the pod where most did
  bool unschedulable = false;
  bool image_pull_failing = false;
  std::string message;  // the worst one's words
  int exited_late = 0;  // pods of which a container had run for a while (pods.cc) when it ended
  bool operator==(const PodFacts&) const = default;
};

struct ConfirmedDigest {
  Digest digest;
  std::optional<TimePoint> created;
  TimePoint first_seen{};
  ImageOrigin origin = {};
  std::string content = {};              // equal for rebuilds of the same; "" where not told
  std::optional<TimePoint> pushed = {};  // where the registry tells
  ImageApplication application = {};
  bool operator==(const ConfirmedDigest&) const = default;
};

// A digest that a followed tag names and that does not count (yet): a check stands against it.
struct UncheckedDigest {
  ConfirmedDigest named;
  std::string sentence;            // which check, what was found, what is allowed
  std::optional<TimePoint> until;  // when it passes by itself
  bool operator==(const UncheckedDigest&) const = default;
};

// One followed image of the service, and what the registry poller knows of it.
struct FollowedImage {
  ContainerName container;
  // With a tag, without a digest; where a policy chooses the tag, once it has.
  ImageReference reference;
  // Newest digest that passed every check; nullopt: not known yet.
  std::optional<ConfirmedDigest> confirmed;
  int not_found_streak = 0;  // consecutive checks that answered 404
  std::string error;         // last failure in a sentence; "" if the last was well
  PullSecretNames pull_secrets = {};
  std::string no_pull_secret_access = {};  // what to grant where they may not be read; "" usually
  std::optional<FollowSpec> follow = {};   // the policy that chooses the tag
  SeenTag before = {};                     // what it named before, as status has it
  // The tag names something newer than `confirmed`, which stays in force.
  std::optional<UncheckedDigest> held_back = {};
  Duration minimum_age{0};                                 // images[].minimumAge
  std::optional<std::vector<std::string>> platforms = {};  // images[].platforms
  NodePlacement placement = {};                            // of the Service's template
  std::optional<Digest> running = {};                      // stable's, for this container
  bool reads_base = false;                                 // rollout.newBase is set
  bool operator==(const FollowedImage&) const = default;
};

// Why a rollout may not begin yet, though nothing of this service stands against it.
struct OthersFirst {
  std::string reason;    // of the hold: Queued, Wave, FailureBudget
  std::string sentence;  // who or what is waited for
  bool operator==(const OthersFirst&) const = default;
};

struct Observation {
  TrackedService tracked;              // last good spec where the present one is invalid
  bool spec_invalid = false;           // the present spec does not parse: never advance
  std::string spec_problem;            // all that is wrong with it
  std::optional<ServiceView> service;  // nullopt: there is none
  std::map<RevisionName, RevisionView> revisions;  // of this Service
  std::optional<PodFacts> candidate_pods;
  std::vector<FollowedImage> images;  // empty while the images cannot be told (see problem)
  std::string image_problem;          // "NoTag: …" where what to follow cannot be told
  // Annotations of commands that came through the API (order_proof.h): who gave them is known.
  std::set<std::string> proven_commands;
  CoreRead core = NoCore{};
  std::optional<Core> mirror;  // from TrackedService.status
  Memo memo;
  std::optional<GateAttempt> gate_attempt;  // the one that has ended last
  Verdict verdict;                          // for the uid and step below; Continue when none
  std::optional<Uid> verdict_uid;
  std::optional<MetricsFinding> metrics;  // adoption probe; nullopt: could not be asked
  // Of stable, for the plan of a rollout that would begin; 0: not known. nullopt: not asked.
  std::optional<double> requests_per_second;
  std::vector<Policy> policies;  // those that select this TrackedService
  std::string policies_unknown;  // why they are not known (yet); "" if they are
  std::string unheard;           // why changes of objects would not be; "" if they are
  std::vector<RolloutApprovalSpec> approvals;  // of rollouts of this TrackedService
  std::optional<TimePoint> image_created;      // of the image that runs
  std::optional<OthersFirst> others_first;     // nullopt: a rollout may begin
  bool operator==(const Observation&) const = default;
};

}  // namespace freshet
