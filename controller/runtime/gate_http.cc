// An HTTP gate: requests, and what their answers come to.
#include "controller/runtime/gate_http.h"

#include <algorithm>

#include "base/text.h"
#include "config/tag_pattern.h"

namespace freshet {
namespace {

constexpr std::size_t kShownUrl = 120;

bool is_wanted(int status, const HttpGateSpec& http) {
  const std::string code = std::to_string(status);
  return std::ranges::any_of(http.status, [&](const std::string& wanted) {
    return wanted == code || (wanted.ends_with("xx") && wanted[0] == code[0]);
  });
}

std::string asked(const GateQuestion& question) {
  return question.gate.http->method + " " + printable(question.url, kShownUrl);
}

// Why an answer is not good, or "".
std::string fault_of(const HttpResponse& answer, const GateQuestion& question) {
  const HttpGateSpec& http = *question.gate.http;
  const std::string found = asked(question) + " answered " + std::to_string(answer.status);
  if (!is_wanted(answer.status, http)) return found + ", wanted is " + join(http.status, " or ");
  if (http.match.empty()) return "";
  const auto pattern = TagPattern::parse(http.match);
  const auto looked = std::string_view(answer.body).substr(0, kGateBodyLooked);
  if (pattern && pattern->matches(looked)) return "";
  return found + ", and its body does not match " + printable(http.match, 80);
}

std::string counted(const GateTally& tally, const HttpGateSpec& http) {
  if (http.requests == 1) return "";
  return std::to_string(tally.good) + " of " +
         std::to_string(tally.good + tally.bad + tally.unknown) + " answers were good, " +
         std::to_string(http.required.value_or(http.requests)) + " of " +
         std::to_string(http.requests) + " are required";
}

std::string with_reason(std::string text, const std::string& reason) {
  return text.empty() ? reason : text + "; the last: " + reason;
}

}  // namespace

GateAttempt told(const GateQuestion& question, GateOutcome outcome, std::string sentence,
                 TimePoint now) {
  return {question.candidate,
          question.gate.name,
          question.spec,
          question.number,
          outcome,
          std::move(sentence),
          now};
}

HttpRequest gate_request(const GateQuestion& question, TimePoint now) {
  const HttpGateSpec& http = *question.gate.http;
  HttpRequest out;
  out.method = http.method;
  out.url = question.url;
  for (const auto& [name, value] : http.headers) out.headers.push_back({name, value});
  out.body = http.body;
  out.max_body_bytes = kMaxGateAnswer;
  out.timeout = std::max<Duration>((question.until - now) / std::max(1, question.tries_left),
                                   milliseconds(100));
  return out;
}

void count_answer(GateTally& tally, const GateQuestion& question,
                  const Result<HttpResponse>& answer) {
  if (!answer) {
    ++tally.unknown;
    tally.unknown_words = printable(answer.error().message, kMaxGateSentence);
    return;
  }
  std::string fault = fault_of(*answer, question);
  if (fault.empty()) {
    ++tally.good;
    return;
  }
  ++tally.bad;
  tally.bad_words = std::move(fault);
}

std::optional<GateAttempt> attempt_of(const GateTally& tally, const GateQuestion& question,
                                      TimePoint now) {
  const HttpGateSpec& http = *question.gate.http;
  const int required = http.required.value_or(http.requests);
  const int spare = http.requests - required;
  const std::string count = counted(tally, http);
  if (tally.good >= required) {
    return told(question, GateOutcome::kPassed,
                count.empty() ? asked(question) + " answered as wanted" : count, now);
  }
  if (tally.bad > spare) {
    return told(question, GateOutcome::kFailed, with_reason(count, tally.bad_words), now);
  }
  if (tally.bad + tally.unknown > spare)
    return untold(question, with_reason(count, tally.unknown_words), now);
  if (now < question.until) return std::nullopt;
  return untold(
      question,
      with_reason(count, "its time of " + format_duration(question.gate.timeout) + " is over"),
      now);
}

GateAttempt untold(const GateQuestion& question, std::string why, TimePoint now) {
  return told(question, GateOutcome::kUnknown, std::move(why), now);
}

}  // namespace freshet
