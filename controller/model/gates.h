// Gates: what is known of the functional tests of one candidate. Soft state, kept in the memo:
// losing it costs asking again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "config/gate_spec.h"
#include "controller/model/names.h"

namespace freshet {

inline constexpr std::size_t kMaxGateSentence = 300;
// A TaskRun ends by itself when its time is over; one that has not by then never will.
inline constexpr Duration kTaskRunIsLate = seconds(15);

enum class GateState { kPending, kTrying, kPassed, kFailed, kInconclusive };
std::string_view to_string(GateState state);  // "Passed"

// One gate. A round is the tries that share its timeout; an inconclusive round is followed by
// another one.
struct GateRecord {
  std::string name;
  std::string spec;  // gate_fingerprint of what was asked
  GateState state = GateState::kPending;
  int attempts = 0;  // in all
  int tries = 0;     // of the present round
  int rounds = 0;    // that told nothing
  std::optional<TimePoint> round_began = {};
  std::optional<TimePoint> ended = {};  // the last attempt
  std::optional<TimePoint> again = {};  // not before then
  std::string message = {};             // what the last attempt found
  bool operator==(const GateRecord&) const = default;
};

struct GateBook {
  std::string rollout;  // "": nothing was asked
  Uid candidate;
  std::vector<GateRecord> gates;  // as the spec has them
  bool operator==(const GateBook&) const = default;
};

Json gates_to_json(const GateBook& book);
GateBook gates_from_json(const Json& json);  // lenient: what cannot be read was not asked

// What is to be found out now. The same candidate, gate, spec and number are the same question.
struct GateQuestion {
  Uid candidate;
  GateSpec gate;
  std::string spec;
  int number = 1;      // of the attempt
  int tries_left = 1;  // in this round, this one among them
  TimePoint until{};   // of the round
  std::string url;     // the tag URL, with the path that is asked for
  ServiceKey service;
  std::string rollout;
  RevisionName revision;
  DigestSet digests;
  bool operator==(const GateQuestion&) const = default;
};
bool same_question(const GateQuestion& a, const GateQuestion& b);

enum class GateOutcome { kPassed, kFailed, kUnknown };  // kUnknown: neither pass nor failure
struct GateAttempt {
  Uid candidate;
  std::string gate;
  std::string spec;
  int number = 1;
  GateOutcome outcome = GateOutcome::kUnknown;
  std::string sentence;
  TimePoint ended{};
  bool operator==(const GateAttempt&) const = default;
};

}  // namespace freshet
