// The core: the rollout's own state that safety depends on. It lives in one annotation of the
// Knative Service and changes in the same write as spec.traffic and spec.template.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "controller/model/fact.h"
#include "controller/model/names.h"
#include "controller/model/traffic.h"

namespace freshet {

// Of every annotation of ours. Others, such as what kubectl applied last, may be longer than all
// the rest of an object: they are not kept.
inline constexpr std::string_view kAnnotationPrefix = "freshet.dev/";
inline constexpr std::string_view kCoreAnnotation = "freshet.dev/rollout";
inline constexpr std::string_view kRolloutIdAnnotation = "freshet.dev/rollout-id";  // on templates
inline constexpr std::string_view kFinalizer = "freshet.dev/pinned";
inline constexpr std::size_t kMaxRejections = 16;
inline constexpr std::size_t kMaxParked = 16;
inline constexpr std::size_t kMaxHolds = 16;
inline constexpr std::size_t kMaxLastBytes = 1000;       // of its sentence
inline constexpr std::size_t kMaxCoreBytes = 128 << 10;  // of 256 KiB that all annotations share
inline constexpr int kCoreVersion = 1;

// What makes a candidate: which images, in which configuration.
struct Pair {
  DigestSet digests;          // of the tracked containers
  std::string template_hash;  // "t:…", see knative/template_hash.h
  // Hash of the images of all other containers; "": there are none, or an older release, which did
  // not look at them, did not say. Its pairs go for any.
  std::string others = {};
  bool operator==(const Pair& other) const;
};
// Both are of one template, whatever its followed images.
bool same_template(const Pair& a, const Pair& b);

struct RevisionRef {
  RevisionName name;
  Uid uid;
  Pair pair;
  bool operator==(const RevisionRef&) const = default;
};

enum class CandidateWhy { kDigest, kTemplate };

struct Candidate {
  Pair pair;
  CandidateWhy why = CandidateWhy::kDigest;
  std::optional<RevisionName> name;  // known once the Revision is seen
  std::optional<Uid> uid;            // stored once it was Ready: evidence belongs to this uid
  bool operator==(const Candidate&) const = default;
};

struct Hold {         // by a person; holds that are observed stand in status only
  std::string owner;  // "person:alice"
  std::string reason;
  TimePoint since{};
  std::optional<TimePoint> until;
  bool operator==(const Hold&) const = default;
};

struct Rejection {
  Pair pair;
  TimePoint until{};
  std::string why;
  std::int64_t seq = 0;  // of the core that had it first; 0: an older release did not say
  bool operator==(const Rejection&) const = default;
};

// What every active rollout carries, whatever its phase.
struct Rollout {
  std::string id;  // short, unique within the Service: "7f3a"
  Candidate candidate;
  std::vector<int> plan;  // percents, 100 not among them
  TimePoint started{};
  Duration held{0};       // person's waits that are over; the deadline does not count them
  bool new_base = false;  // only the base moved: it goes by the plan of rollout.newBase
  std::string tag;        // of its candidate's traffic entry; "": an older release did not say
  int reduced = 0;        // how many times its share was taken back on evidence
  bool operator==(const Rollout&) const = default;
};

// One struct a phase; each holds only what is valid in it.
struct Adopting {
  bool operator==(const Adopting&) const = default;
};
struct Idle {
  bool operator==(const Idle&) const = default;
};
struct Preparing {
  Rollout rollout;
  bool operator==(const Preparing&) const = default;
};
struct Gating {  // its candidate is tested through its tag URL; no user's request reaches it
  Rollout rollout;
  bool operator==(const Gating&) const = default;
};
struct Waiting {
  Rollout rollout;
  bool operator==(const Waiting&) const = default;
};
struct Shifting {
  Rollout rollout;
  int step = 0;  // index into rollout.plan
  bool operator==(const Shifting&) const = default;
};
struct Baking {
  Rollout rollout;
  int holdback = 2;  // percent that stays on stable
  bool operator==(const Baking&) const = default;
};
enum class RetreatWhy {
  kVerdict,
  kNotReady,
  kCrashed,
  kUnready,
  kWithdrawn,
  kSuperseded,
  kAborted,
  kDeadline,
  kLeaving,
  kLostCore,
  kDigestMismatch,
  kRolledBackTo,  // a person went back to an older Revision: it is stable, stable is the candidate
  kGateFailed,
};
struct Retreating {
  Rollout rollout;
  RetreatWhy why = RetreatWhy::kVerdict;
  std::string message;     // the sentence of the verdict or cause
  bool rewritten = false;  // a person's percents were replaced once; not a second time
  bool unexposed = false;  // the candidate never had a percent: no request needs to be taken back
  bool operator==(const Retreating&) const = default;
};
using Phase =
    std::variant<Adopting, Idle, Preparing, Gating, Waiting, Shifting, Baking, Retreating>;

// The traffic tag of a rollout's entry; `now` is that of the present spec.
inline const std::string& tag_of(const Rollout* rollout, const std::string& now) {
  return rollout == nullptr || rollout->tag.empty() ? now : rollout->tag;
}

std::string_view phase_name(const Phase& phase);    // "Shifting"
const Rollout* active_rollout(const Phase& phase);  // null in Adopting and Idle
std::string_view to_string(RetreatWhy why);

struct Core {
  Uid service;           // uid of the Knative Service; another one means: not our core
  std::int64_t seq = 0;  // grows by one with each write
  TimePoint since{};     // when this phase, or step, began
  Phase phase = Adopting{};
  std::optional<RevisionRef> stable;     // set in every phase but Adopting
  bool adopted_latest_revision = false;  // the traffic mode found at adoption
  std::vector<TrafficTarget> parked;     // foreign 0 % entries that stopped the Route
  std::vector<Hold> holds;
  std::vector<Rejection> rejected;              // oldest first, at most kMaxRejections
  std::map<std::string, std::string> commands;  // verb → id of the last one carried out
  std::optional<Fact> last;  // what the write with this seq was: told anew if it was not after it
  std::string unknown;  // JSON object text of fields this release does not know; kept as they are
  bool operator==(const Core&) const = default;
};

// The canary's percent that the phase asks for.
int candidate_percent(const Core& core);

Json core_to_json(const Core& core);
std::string core_to_text(const Core& core);

// What was found where the core should be.
struct NoCore {
  bool operator==(const NoCore&) const = default;
};
struct DamagedCore {  // unreadable, or a newer version; the frozen part as far as it can be read
  std::string problem;
  bool newer_version = false;
  std::optional<RevisionRef> stable;
  std::optional<RevisionRef> candidate;
  std::optional<Uid> service;
  bool operator==(const DamagedCore&) const = default;
};
using CoreRead = std::variant<NoCore, Core, DamagedCore>;
CoreRead read_core(const std::optional<std::string>& annotation);

}  // namespace freshet
