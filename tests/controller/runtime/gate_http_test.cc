// An HTTP gate's requests and what their answers come to.
#include "controller/runtime/gate_http.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

const TimePoint kNow = from_unix_seconds(1'790'000'000);

GateQuestion question(HttpGateSpec http) {
  GateQuestion out;
  out.candidate = Uid("u8");
  out.gate = {.name = "smoke", .http = std::move(http)};
  out.spec = "abc";
  out.number = 3;
  out.tries_left = 2;
  out.until = kNow + seconds(40);
  out.url = "http://freshet-checkout.shop.example.com/healthz";
  return out;
}

HttpResponse answer(int status, std::string body = "") { return {status, {}, std::move(body)}; }
Error no_route() { return make_error(ErrorKind::kTransient, "GET host:80: no route"); }

HttpGateSpec matching(std::string pattern) {
  HttpGateSpec out;
  out.match = std::move(pattern);
  return out;
}
HttpGateSpec with_status(std::vector<std::string> status) {
  HttpGateSpec out;
  out.status = std::move(status);
  return out;
}
HttpGateSpec of_many(int requests, std::optional<int> required = {}) {
  HttpGateSpec out;
  out.requests = requests;
  out.required = required;
  return out;
}

// The outcome after these answers, and its sentence; "" while it is open.
struct Came {
  std::string to;
  std::string sentence;
};
Came after(const HttpGateSpec& http, const std::vector<Result<HttpResponse>>& answers) {
  const GateQuestion asked = question(http);
  GateTally tally;
  for (const auto& one : answers) count_answer(tally, asked, one);
  const auto attempt = attempt_of(tally, asked, kNow);
  if (!attempt) return {"", ""};
  const char* names[] = {"passed", "failed", "unknown"};
  return {names[static_cast<int>(attempt->outcome)], attempt->sentence};
}

TEST(HttpGate, SendsWhatTheUserWroteAndNothingElse) {
  HttpGateSpec http;
  http.method = "POST";
  http.headers = {{"X-Probe", "1"}};
  http.body = "{}";
  HttpRequest expected;
  expected.method = "POST";
  expected.url = "http://freshet-checkout.shop.example.com/healthz";
  expected.headers = {{"X-Probe", "1"}};
  expected.body = "{}";
  expected.timeout = seconds(20);  // half of what is left: there is one more try
  expected.max_body_bytes = kMaxGateAnswer;
  EXPECT_EQ(gate_request(question(http), kNow), expected);
}

TEST(HttpGate, PassesByStatusAndBody) {
  EXPECT_EQ(after({}, {answer(204)}).to, "passed");
  EXPECT_EQ(after({}, {answer(302)}).to, "failed") << "a redirect is not followed";
  EXPECT_EQ(after(with_status({"302", "2xx"}), {answer(302)}).to, "passed");
  EXPECT_EQ(after(matching("ready"), {answer(200, "all is ready.")}).to, "passed");
  const std::string late = std::string(kGateBodyLooked, ' ') + "ready";
  EXPECT_EQ(after(matching("ready"), {answer(200, late)}).to, "failed");
}

TEST(HttpGate, SaysWhatWasFoundAndWhatIsWanted) {
  const std::string asked = "GET http://freshet-checkout.shop.example.com/healthz answered ";
  EXPECT_EQ(after({}, {answer(500)}).sentence, asked + "500, wanted is 2xx");
  EXPECT_EQ(after(matching("^ok"), {answer(200, "no")}).sentence,
            asked + "200, and its body does not match ^ok");
  EXPECT_EQ(after({}, {answer(200)}).sentence, asked + "as wanted");
  EXPECT_EQ(after({}, {no_route()}).sentence, "GET host:80: no route");
}

TEST(HttpGate, NeedsSoManyOfItsRequests) {
  const HttpGateSpec two_of_three = of_many(3, 2);
  EXPECT_EQ(after(two_of_three, {answer(200)}).to, "");
  EXPECT_EQ(after(two_of_three, {answer(200), answer(500)}).to, "");
  EXPECT_EQ(after(two_of_three, {answer(200), answer(500), answer(200)}).to, "passed");
  EXPECT_EQ(after(two_of_three, {answer(500), answer(500)}).to, "failed");
  EXPECT_EQ(after(two_of_three, {answer(500), no_route()}).to, "unknown");
  EXPECT_EQ(after(two_of_three, {answer(500), no_route()}).sentence,
            "0 of 2 answers were good, 2 of 3 are required; the last: GET host:80: no route");
}

TEST(HttpGate, WithoutAnAnswerIsNeitherPassNorFailure) {
  EXPECT_EQ(after({}, {no_route()}).to, "unknown");
  EXPECT_EQ(after({}, {make_error(ErrorKind::kTimeout, "no answer")}).to, "unknown");
  GateTally tally;
  const GateQuestion asked = question(of_many(2));
  count_answer(tally, asked, answer(200));
  const auto late = attempt_of(tally, asked, asked.until);
  ASSERT_TRUE(late);
  EXPECT_EQ(late->outcome, GateOutcome::kUnknown);
}

}  // namespace
}  // namespace freshet
