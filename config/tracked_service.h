// TrackedService as values: what a user writes (spec). Defaults stand here once and only here.
// How it is parsed, checked, printed and documented: config/fields.h. Status: config/status.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "config/gate_spec.h"

namespace freshet {

// "The canary's rate may be `times` × the stable rate plus `plus` (a fraction: 0.001 = 0.1 %)".
struct Margin {
  double times = 1.0;
  double plus = 0.0;
  bool operator==(const Margin&) const = default;
};

struct MarginPair {
  Margin rollback;
  Margin promote;  // strictly greater than rollback in both parts, plus > 0
  bool operator==(const MarginPair&) const = default;
};

struct ErrorsSpec {
  std::optional<MarginPair> margins;         // nullopt: auto, from stable's own rate
  std::vector<std::string> codes = {"5xx"};  // "5xx" classes or single codes "503"
  bool operator==(const ErrorsSpec&) const = default;
};

struct LatencySpec {
  std::optional<MarginPair> margins;  // nullopt: auto
  bool operator==(const LatencySpec&) const = default;
};

enum class AnalysisMode { kMetrics, kReadinessOnly };
enum class Approval { kNone, kBeforeTraffic, kBeforePromotion };
enum class WhenSuperseded { kFinishThenLatest, kSupersede };
enum class WhenInconclusive { kPromoteIfClean, kHold, kRollBack };
enum class WriteMode { kPin, kTrafficOnly, kShadow };
enum class SameContent { kSkip, kRollOut };
enum class OnRollback { kRevertTemplate, kLeaveTemplate };

// By what of a matching tag the newest is told.
enum class TagOrder { kNumerical, kAlphabetical, kCreated };

// Which of a repository's tags is followed: by version, or by a pattern and an order.
struct FollowSpec {
  std::string semver;   // a range; "" where there is a pattern
  std::string pattern;  // RE2; "" where there is a range
  TagOrder order = TagOrder::kNumerical;
  bool operator==(const FollowSpec&) const = default;
};

struct ImageSpec {
  std::string container;  // "" = the one container with a port
  std::string image;      // registry/repository:tag, without the tag where `follow` is
  std::vector<std::string> pull_secrets = {};  // empty: as the Service's own pods do
  std::optional<FollowSpec> follow = {};       // nullopt: the tag in `image`
  Duration minimum_age{0};                     // of a new digest, before it counts
  // os/architecture[/variant] that a new digest must have; nullopt: those of the cluster's nodes
  std::optional<std::vector<std::string>> platforms = {};
  bool operator==(const ImageSpec&) const = default;
};

struct PollSpec {
  Duration every = minutes(5);
  bool operator==(const PollSpec&) const = default;
};

struct BakeSpec {
  Duration duration = minutes(15);  // field `for`
  std::optional<int> holdback;      // percent kept on stable while baking; nullopt: auto
  bool operator==(const BakeSpec&) const = default;
};

// In place of the plan's own where only an image's base moved; what is left out stays.
struct NewBaseBake {
  std::optional<Duration> duration;  // field `for`
  bool operator==(const NewBaseBake&) const = default;
};
struct NewBaseSpec {
  std::optional<std::vector<int>> steps;
  std::optional<Duration> minimum_step;
  NewBaseBake bake;
  bool operator==(const NewBaseSpec&) const = default;
};

struct RolloutSpec {
  std::vector<int> steps = {1, 5, 20, 50};
  Duration minimum_step = minutes(2);
  BakeSpec bake;
  std::optional<Duration> ready_within;  // nullopt: the Revision's own progress deadline
  Duration deadline = hours(6);
  Approval approval = Approval::kNone;
  WhenSuperseded when_superseded = WhenSuperseded::kFinishThenLatest;
  WhenInconclusive when_inconclusive = WhenInconclusive::kPromoteIfClean;
  WriteMode write_mode = WriteMode::kPin;
  OnRollback on_rollback = OnRollback::kRevertTemplate;
  Duration rejection_expires = days(7);
  SameContent same_content = SameContent::kSkip;
  std::optional<NewBaseSpec> new_base = {};  // nullopt: bases are not read, and change nothing
  std::string tag = "freshet";
  bool allow_overwrite = false;
  bool operator==(const RolloutSpec&) const = default;
};

// The plan that a rollout goes by: newBase's in place of the rest's where only the base moved.
RolloutSpec rules_of(const RolloutSpec& rollout, bool new_base);

inline constexpr std::size_t kMaxObjectives = 4;
inline constexpr std::size_t kMaxChecks = 4;
inline constexpr double kMaxDispersion = 5;  // given or learned

// What the service promises, whatever stable does: `errors` alone, or the other two together.
struct ObjectiveSpec {
  std::optional<double> errors;         // greatest share of failed requests, a fraction
  std::optional<Duration> slower_than;  // …
  std::optional<double> share;          // greatest share of requests slower than that
  bool operator==(const ObjectiveSpec&) const = default;
};

enum class WorseWhen { kHigher, kLower };

// A query of the user's own, asked for both Revisions.
struct CheckSpec {
  std::string name;
  std::string query;  // PromQL with {{namespace}} and {{revision}} inside its quoted matchers
  WorseWhen worse = WorseWhen::kHigher;
  double times = 1.25;  // the candidate may reach so many times stable's value (or that part of it)
  double plus = 0;      // … and be off by so much more, in the query's own unit
  bool operator==(const CheckSpec&) const = default;
};

struct AnalysisSpec {
  AnalysisMode mode = AnalysisMode::kMetrics;
  double false_rollback = 0.001;    // α
  double missed_regression = 0.05;  // β
  ErrorsSpec errors;
  LatencySpec latency;
  std::vector<ObjectiveSpec> objectives;
  Duration warm_up = seconds(90);
  std::optional<double> dispersion;  // of errors beyond chance; nullopt: auto, learned
  std::vector<CheckSpec> checks;
  bool operator==(const AnalysisSpec&) const = default;
};

struct TrackedServiceSpec {
  std::string service;            // default: metadata.name, filled in by the parser
  std::vector<ImageSpec> images;  // empty: the one container with a port, its present tag
  PollSpec poll;
  RolloutSpec rollout;
  AnalysisSpec analysis;
  std::vector<GateSpec> gates;  // in their order, before any user's request
  bool suspend = false;
  bool operator==(const TrackedServiceSpec&) const = default;
};

// The object as a user's file or the cluster has it, less status.
struct TrackedService {
  std::string name;
  std::string name_space;  // "" in a file that does not say
  std::string uid;
  std::int64_t generation = 0;
  std::string resource_version;
  std::optional<TimePoint> created;
  bool deleting = false;
  std::vector<std::string> finalizers;
  std::map<std::string, std::string> labels;       // what policies select by
  std::map<std::string, std::string> annotations;  // commands live here
  TrackedServiceSpec spec;
  bool operator==(const TrackedService&) const = default;
};

}  // namespace freshet
