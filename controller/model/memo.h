// Memo: soft state of a rollout. It is kept in TrackedService.status; losing it costs time, never
// safety.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "config/status.h"
#include "controller/model/core.h"
#include "controller/model/gates.h"

namespace freshet {

struct Deferral {  // an infrastructure failure: the same pair may start again after `until`
  Pair pair;
  TimePoint until{};
  int times = 0;  // 1: 10 min, 2: 1 h, then 6 h
  std::string why;
  bool operator==(const Deferral&) const = default;
};

struct CommandAnswer {
  std::string id;
  std::string verb;
  bool accepted = false;
  std::string sentence;
  TimePoint at{};
  bool operator==(const CommandAnswer&) const = default;
};

inline constexpr std::size_t kMaxAnswers = 8;
inline constexpr std::size_t kMaxHistory = 10;

struct Memo {
  std::int64_t seq = 0;                 // of the core that the step clock belongs to
  std::optional<TimePoint> step_since;  // this percent observed as programmed
  std::optional<TimePoint> candidate_unready_since;
  std::optional<TimePoint> blind_since;    // StaleMetrics began
  std::optional<TimePoint> waiting_since;  // a person was asked, or alerted, and has not decided
  std::optional<TimePoint> closed_since;   // policies have not permitted the rollout to go on since
  Duration closed_for{0};                  // such waits that are over, not in rollout.held yet
  std::optional<DigestSet> downgrade_allowed;  // by a person, until it is stable
  GateBook gates;                              // of the candidate that is tested, or was
  std::vector<Deferral> deferred;              // at most kMaxRejections
  std::vector<CommandAnswer> answers;          // at most 8, newest first
  std::vector<HistoryEntry> history;           // at most 10, newest first
  bool operator==(const Memo&) const = default;
};

Json memo_to_json(const Memo& memo);    // without answers and history: they have own fields
Memo memo_from_json(const Json& json);  // lenient

}  // namespace freshet
