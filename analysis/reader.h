// Reader: from replies of Prometheus to aligned intervals. Pure; its state is part of the evidence.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/analyzer.h"
#include "analysis/evidence.h"
#include "analysis/prometheus.h"

namespace freshet {

inline constexpr Duration kFirstReadWindow = minutes(5);  // until a scrape period is known
inline constexpr Duration kMaxReadWindow = minutes(10);
inline constexpr Duration kStoppedAfter = seconds(30);

struct ArmSource {
  RevisionKey key;
  std::optional<TimePoint> created;  // of the Revision
};

struct ReadInput {
  ArmSource canary;
  ArmSource stable;
  int percent = 0;  // the canary's share in force
  std::vector<std::string> error_codes = {"5xx"};
  std::vector<double> bounds;  // bounds_read() of the settings
  Duration warm_up{};
  std::map<std::string, TimePoint> pods;  // when pods were created, as far as it is known
};

struct ReadResult {
  ReaderState state;
  std::optional<Interval> interval;  // when one has closed
};

// The window to ask for now: back to the oldest sample that was counted last, within bounds. What
// is older is lost as evidence, never counted wrongly.
Duration read_window(const ReaderState& state, TimePoint now);

// Counts what is new in `reply`. An interval closes when every live pod of both arms has a sample
// newer than the one counted last, and a scrape period has passed; until then nothing is lost, as
// each pod's counting goes on from its own last sample. By value while the controller runs, so that
// replicas of Prometheus may answer in turn; by time after a restart (PodCounting). Per pod:
// - a smaller value is a reset of all its counters, which then count from 0;
// - a new series of a known pod counts from 0 (its first 503 is evidence);
// - an unknown pod counts from 0 if it, or its Revision, is younger than the interval, or if the
//   canary had no series at all so far; else its first sample is only a baseline, lest a restarted
//   Prometheus replay yesterday;
// - a pod that has sent nothing for 2.5 periods is not waited for; where nobody was scraped for so
//   long, 2.5 periods from when somebody is again.
// Failures that reached no pod are added from the activators' series (activator.h).
ReadResult read(ReaderState state, const MetricsReply& reply, const ReadInput& input);

// No fresh sample of either arm for four scrape periods (at least kStaleAfter).
bool is_stale(const ReaderState& state, TimePoint now);
// No sample of stable's for four scrape periods (at least kStoppedAfter): its series may go by
// other names now. To look for them costs little, so this comes before anything is held.
Duration stopped_after(const ReaderState& state);
bool stable_stopped(const ReaderState& state, TimePoint now);
// Where reading begins when the series go by other names: all they hold by then is a baseline, the
// candidate's as well.
ReaderState reading_anew();

}  // namespace freshet
