// An HTTP gate: the requests of one attempt, and what their answers come to. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/http.h"
#include "controller/model/gates.h"

namespace freshet {

inline constexpr std::size_t kMaxGateAnswer = 4 << 20;  // a longer answer is told as an error

struct GateTally {
  int good = 0;
  int bad = 0;
  int unknown = 0;            // no answer
  std::string bad_words;      // of the last bad answer
  std::string unknown_words;  // of the last that did not come
  bool operator==(const GateTally&) const = default;
};

// The next request; its time is this try's share of what the round has left. Never a credential
// beside what the user wrote.
HttpRequest gate_request(const GateQuestion& question, TimePoint now);

void count_answer(GateTally& tally, const GateQuestion& question,
                  const Result<HttpResponse>& answer);

// What the attempt came to; nullopt: another request decides.
std::optional<GateAttempt> attempt_of(const GateTally& tally, const GateQuestion& question,
                                      TimePoint now);
GateAttempt told(const GateQuestion& question, GateOutcome outcome, std::string sentence,
                 TimePoint now);
// An attempt that gave no answer.
GateAttempt untold(const GateQuestion& question, std::string why, TimePoint now);

}  // namespace freshet
