// What is known of a candidate's gates, as JSON of the memo.
#include "controller/model/gates.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace freshet {
namespace {

constexpr std::int64_t kMostAttempts = 1'000'000;

Json gate_to_json(const GateRecord& gate) {
  Json out = {{"name", gate.name}, {"spec", gate.spec}, {"state", to_string(gate.state)}};
  if (gate.attempts > 0) out["attempts"] = gate.attempts;
  if (gate.tries > 0) out["tries"] = gate.tries;
  if (gate.rounds > 0) out["rounds"] = gate.rounds;
  if (gate.round_began) out["roundBegan"] = format_rfc3339(*gate.round_began);
  if (gate.ended) out["ended"] = format_rfc3339(*gate.ended);
  if (gate.again) out["again"] = format_rfc3339(*gate.again);
  if (!gate.message.empty()) out["message"] = gate.message;
  return out;
}

std::optional<TimePoint> time_at(const Json& json, std::string_view key) {
  const auto time = parse_rfc3339(string_or(json, key));
  return time ? std::optional<TimePoint>(*time) : std::nullopt;
}

std::optional<GateRecord> gate_from_json(const Json& json) {
  GateRecord out;
  out.name = string_or(json, "name");
  out.spec = string_or(json, "spec");
  const auto attempts = int_or(json, "attempts", 0);
  const auto tries = int_or(json, "tries", 0);
  const bool counts = attempts >= 0 && attempts <= kMostAttempts && tries >= 0 && tries <= attempts;
  if (out.name.empty() || !counts) return std::nullopt;
  out.attempts = static_cast<int>(attempts);
  out.tries = static_cast<int>(tries);
  out.rounds = static_cast<int>(std::clamp<std::int64_t>(int_or(json, "rounds", 0), 0, attempts));
  out.round_began = time_at(json, "roundBegan");
  out.ended = time_at(json, "ended");
  out.again = time_at(json, "again");
  out.message = printable(string_or(json, "message"), kMaxGateSentence);
  const std::string state = string_or(json, "state");
  for (int i = 0; i <= static_cast<int>(GateState::kInconclusive); ++i) {
    if (state != to_string(static_cast<GateState>(i))) continue;
    out.state = static_cast<GateState>(i);
    return out;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(GateState state) {
  switch (state) {
    case GateState::kPending: return "Pending";
    case GateState::kTrying: return "Trying";
    case GateState::kPassed: return "Passed";
    case GateState::kFailed: return "Failed";
    case GateState::kInconclusive: return "Inconclusive";
  }
  return "Pending";
}

bool same_question(const GateQuestion& a, const GateQuestion& b) {
  return a.candidate == b.candidate && a.gate.name == b.gate.name && a.spec == b.spec &&
         a.number == b.number;
}

Json gates_to_json(const GateBook& book) {
  Json list = Json::array();
  for (const GateRecord& gate : book.gates) list.push_back(gate_to_json(gate));
  return {
      {"rollout", book.rollout}, {"candidate", book.candidate.get()}, {"gates", std::move(list)}};
}

GateBook gates_from_json(const Json& json) {
  GateBook out{string_or(json, "rollout"), Uid(string_or(json, "candidate")), {}};
  const Json& list = at_path(json, {"gates"});
  if (!list.is_array()) return {};
  for (const Json& item : list) {
    if (out.gates.size() == kMaxGates) break;
    if (auto gate = gate_from_json(item)) out.gates.push_back(*std::move(gate));
  }
  return out;
}

}  // namespace freshet
