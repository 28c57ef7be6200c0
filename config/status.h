// TrackedService.status as values: observations and evidence, never what safety depends on.
// Every field is declared in the CRD from the same description that reads and writes it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace freshet {

struct Condition {
  std::string type;    // Ready, Progressing, Held, UpToDate
  std::string status;  // True, False, Unknown
  std::string reason;
  std::string message;
  TimePoint last_transition_time{};
  std::int64_t observed_generation = 0;
  bool operator==(const Condition&) const = default;
};

struct RevisionStatus {  // stable and candidate as shown
  std::string name;
  std::string uid;
  std::map<std::string, std::string> digests;  // container → sha256:…
  std::string image;                           // short reference for people
  std::optional<TimePoint> image_created;
  std::optional<TimePoint> first_seen;
  std::optional<TimePoint> pushed = {};   // where the registry tells
  std::optional<TimePoint> exposed = {};  // when this image first got all requests
  bool operator==(const RevisionStatus&) const = default;
};

struct HoldStatus {
  std::string owner;   // "person:alice", "freshet"
  std::string reason;  // StaleMetrics, NoTraffic, ForeignEdit, …
  std::string message;
  TimePoint since{};
  std::optional<TimePoint> until;
  bool operator==(const HoldStatus&) const = default;
};

struct CommandStatus {
  std::string id;
  std::string verb;
  std::string answer;  // Accepted, Refused
  std::string message;
  TimePoint at{};
  bool operator==(const CommandStatus&) const = default;
};

struct RejectionStatus {  // also used for deferred
  std::map<std::string, std::string> digests;
  std::string template_hash;
  std::string why;
  TimePoint until{};
  int times = 0;  // deferrals: how often so far
  bool operator==(const RejectionStatus&) const = default;
};

struct GateStatus {  // one gate, about one candidate
  std::string name;
  std::string state;  // Pending, Trying, Passed, Failed, Inconclusive
  int attempts = 0;
  std::string message;  // what was found last
  std::optional<TimePoint> at;
  bool operator==(const GateStatus&) const = default;
};

struct HistoryEntry {
  std::string rollout;
  std::map<std::string, std::string> from_digests;
  std::map<std::string, std::string> to_digests;
  std::string revision;
  std::string outcome;  // Promoted, RolledBack, Deferred, Withdrawn, Aborted, …
  std::string message;
  TimePoint started{};
  TimePoint ended{};
  std::int64_t held_seconds = 0;  // human waits
  std::int64_t canary_requests = 0;
  std::int64_t canary_errors = 0;
  std::int64_t stable_requests = 0;
  std::int64_t stable_errors = 0;
  std::vector<GateStatus> gates = {};
  bool operator==(const HistoryEntry&) const = default;
};

struct VerdictStatus {
  std::string kind;
  std::string sentence;
  std::string metric;
  double evidence_against = 0;  // natural logarithm
  double threshold_against = 0;
  double evidence_for = 0;  // the least over required metrics
  double threshold_for = 0;
  std::int64_t canary_requests = 0;
  std::int64_t canary_errors = 0;
  std::int64_t stable_requests = 0;
  std::int64_t stable_errors = 0;
  std::int64_t needed = 0;  // canary requests still needed, 0 unknown
  bool operator==(const VerdictStatus&) const = default;
};

// What an image says of what it was made from: the annotations of that name in the OCI image
// specification. Each of at most kMaxOriginBytes, without control characters; "" where not told.
inline constexpr std::size_t kMaxOriginBytes = 256;
struct ImageOrigin {
  std::string revision;  // of the source
  std::string source;    // URL of the source, never with a user or password
  std::string version;
  std::string base_name;
  std::string base_digest;
  bool operator==(const ImageOrigin&) const = default;
};

// What an image holds beyond its base; asked only where that counts (rollout.newBase).
struct ImageApplication {
  std::string content;  // SHA-256 (registry/application.h); "" where not told
  std::string untold;   // why, in a sentence
  bool operator==(const ImageApplication&) const = default;
};

struct SeenDigest {
  std::string digest;
  TimePoint first_seen{};
  std::optional<TimePoint> created = {};  // when its image was made
  ImageOrigin origin = {};
  std::string content = {};              // what it holds (registry/confirm.h); "" where not told
  std::optional<TimePoint> pushed = {};  // where the registry tells
  ImageApplication application = {};
  bool operator==(const SeenDigest&) const = default;
};
struct SeenTag {
  std::string image;                // registry/repository:tag, or the repository and a policy
  std::vector<SeenDigest> digests;  // by when they were first seen, newest first, at most 8
  std::string names = {};           // the one that it names, whether that counts or not
  std::string confirmed = {};       // the newest that passed every check; "" if none did
  bool operator==(const SeenTag&) const = default;
};

// What is known of this digest; null if nothing is.
const SeenDigest* find_seen(const SeenTag& tag, std::string_view digest);
// The digest that the tag names; null if none was seen.
const SeenDigest* named_by(const SeenTag& tag);

// What happened, as a message tells it.
struct NoticeStatus {
  std::string id;  // the same however often it is sent
  TimePoint time{};
  std::string reason;
  std::string message;  // a sentence
  bool warning = false;
  std::string phase;
  int percent = 0;  // the candidate's
  std::string rollout = {};
  std::map<std::string, std::string> from_digests = {};  // of stable before
  std::map<std::string, std::string> to_digests = {};    // of what is rolled out, or waits
  std::string image = {};
  std::optional<TimePoint> image_created = {};  // of what stable runs then
  bool operator==(const NoticeStatus&) const = default;
};

struct TrackedServiceStatus {
  std::int64_t observed_generation = 0;
  std::string service;  // the Knative Service followed, whether the spec names it or not
  std::string phase;
  std::string reason;
  std::string message;  // a sentence: what it is doing, and what it waits for
  std::vector<Condition> conditions;
  std::int64_t seq = 0;
  std::string core;  // mirror of the core, its JSON text
  std::optional<RevisionStatus> stable;
  std::optional<RevisionStatus> candidate;
  int percent = 0;
  int step = 0;
  std::optional<TimePoint> step_since;
  std::optional<VerdictStatus> verdict;
  std::string evidence;  // analysis/evidence.h's JSON text, under 8 KiB
  std::optional<TimePoint> image_created;
  std::optional<TimePoint> behind_since;
  std::vector<GateStatus> gates;  // of the candidate
  std::vector<HoldStatus> holds;
  std::vector<CommandStatus> commands;    // ≤ 8
  std::vector<RejectionStatus> rejected;  // ≤ 16
  std::vector<RejectionStatus> deferred;
  std::vector<HistoryEntry> history;  // ≤ 10, newest first
  std::vector<SeenTag> tags;
  std::vector<NoticeStatus> undelivered;  // messages that are on their way, oldest first, ≤ 16
  bool operator==(const TrackedServiceStatus&) const = default;
};

// What differs from an empty status; a field that is not there has to be taken away on the server
// as well, so replace the whole of /status (or merge with nulls). Besides what the struct has,
// stable and candidate get a `short` digest for `kubectl get`.
Json status_to_json(const TrackedServiceStatus& status);
// Lenient: unknown fields are skipped, a field of a wrong shape reads as absent. Status is advice.
TrackedServiceStatus status_from_json(const Json& object);

}  // namespace freshet
