// Evidence: all that the analyzer remembers between two intervals, as one comparable value, and its
// JSON text (under kMaxEvidenceBytes) for the tracked service's status.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/absolute.h"
#include "analysis/dispersion.h"
#include "analysis/interval.h"
#include "analysis/paired.h"
#include "analysis/settings.h"
#include "analysis/traffic_loss.h"
#include "analysis/user_check.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace freshet {

inline constexpr int kEvidenceFormat = 2;  // of the JSON text; any other is refused
inline constexpr std::size_t kMaxEvidenceBytes = 8192;
inline constexpr std::size_t kMaxRememberedPods = 40;  // beyond it pods are read by time alone
inline constexpr std::size_t kMaxRememberedActivators = 16;

// What reading one pod remembers, by the hash of its name.
struct PodMemory {
  TimePoint used{};                // time of its last sample that was counted
  std::optional<TimePoint> since;  // first seen, while it is younger than the warm-up
  bool operator==(const PodMemory&) const = default;
};

// What one pod's counters showed in the scrape that was counted last. In memory only: from it
// counting goes on exactly, whichever replica of Prometheus answers; after a restart it goes on
// from PodMemory::used, as far as that very scrape is still shown.
struct CountedPod {
  TimePoint at{};
  std::vector<std::pair<std::uint64_t, std::int64_t>> values;  // rising counter_id() → value
  bool operator==(const CountedPod&) const = default;
};

// Where reading a rollout's counters stands (analysis/reader.h).
struct ReaderState {
  std::optional<TimePoint> end;            // of the last closed interval; unset: nothing read yet
  Duration period{};                       // measured scrape period; 0: not known yet
  std::optional<TimePoint> newest;         // newest sample of any series: tells staleness
  std::optional<TimePoint> stable_newest;  // the same of stable's: tells whether its series stopped
  bool canary_seen = false;                // the canary has had series
  std::map<std::string, PodMemory> pods;
  std::map<std::string, TimePoint> activators;  // hash of the name → last sample that was counted
  bool activators_saw_canary = false;
  std::map<std::string, CountedPod> counted;  // by pod; not persisted
  // By activator and Revision; not persisted.
  std::map<std::pair<std::string, std::string>, CountedPod> counted_activators;
  bool operator==(const ReaderState&) const = default;
};

// One test: errors, or one latency bound.
struct MetricEvidence {
  AgainstProcess capped;      // one interval adds at most a third (a half) of the threshold
  AgainstProcess uncapped;    // same, but this step's intervals count in full: for Reduce
  ForProcess in_favour;       // this step alone
  FullLoadProcess full_load;  // this step alone, against stable's own hour; read while baking
  bool operator==(const MetricEvidence&) const = default;
};

// Whether each arm exceeds a rate at present.
struct ArmWatches {
  RateWatch canary;
  RateWatch stable;
  bool operator==(const ArmWatches&) const = default;
};

// One objective. The canary is accused only where it breaks it and is worse than stable at all: the
// lesser of the two is an e-process against either.
struct ObjectiveEvidence {
  RateProcess alone;
  AgainstProcess beside_stable;  // no tolerance
  ArmWatches watches;
  bool operator==(const ObjectiveEvidence&) const = default;
};

struct CheckEvidence {
  CheckProcess process;
  std::int64_t looks = 0;
  std::int64_t worse = 0;         // of the looks
  std::optional<TimePoint> last;  // look that counted
  bool operator==(const CheckEvidence&) const = default;
};

// Noise beyond chance, by minutes (dispersion.h).
struct NoiseEvidence {
  std::optional<TimePoint> since;  // when the block that is being filled began
  ShareNoise requests;             // the canary's of all
  ShareNoise errors;               // the canary's of all
  ShareNoise halves;               // errors of one half of stable's instances, of all of stable's
  bool outage = false;             // an arm failed much in the last block
  bool operator==(const NoiseEvidence&) const = default;
};

struct Evidence {
  std::string candidate_uid;  // whom it is about …
  std::string settings;       // … and the hash of the settings it was collected under

  std::vector<MetricEvidence> metrics;  // errors first, then the latency bounds; empty: none yet
  LossEvidence lost;                    // requests that the canary did not finish
  std::vector<ObjectiveEvidence> objectives;  // as in the settings; empty: none yet
  std::vector<CheckEvidence> checks;          // as in the settings; empty: none yet
  ArmWatches hour;                            // errors of each arm against stable's own hour
  NoiseEvidence noise;
  int percent = 0;  // of this step; 0 until its first interval
  TimePoint step_since{};
  Duration step_observed{};                      // length of this step's intervals
  std::optional<TimePoint> last_end;             // end of the last interval folded in
  Duration last_length{};                        // its length
  TimePoint unbroken_since{};                    // intervals have followed each other without a gap
  std::optional<TimePoint> last_traffic;         // last interval in which both arms had requests
  std::optional<TimePoint> last_stable_traffic;  // … in which stable had
  std::optional<TimePoint> last_canary_traffic;  // … in which the canary had
  bool warming_up = false;              // the last interval's latency came from young instances
  std::optional<TimePoint> late_start;  // when the last late start was added
  std::int64_t late_starts = 0;         // how many so far
  ArmTotals canary;                     // whole rollout
  ArmTotals stable;
  ArmTotals step_canary;
  ArmTotals step_stable;
  ReaderState reader;
  bool operator==(const Evidence&) const = default;
};

Json evidence_to_json(const Evidence& evidence);
// Refuses what is not evidence: a number that is not finite, a wrong shape, too many parts.
Result<Evidence> evidence_from_json(const Json& json);

}  // namespace freshet
