// The status codec: whole values round, and leniency towards what others wrote.
#include "config/status.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace freshet {
namespace {

TimePoint at(int minute) { return *parse_rfc3339("2026-11-23T02:00:00Z") + minutes(minute); }

// Every field away from its default.
TrackedServiceStatus full_status() {
  TrackedServiceStatus status;
  status.observed_generation = 3;
  status.service = "checkout";
  status.phase = "Shifting";
  status.reason = "Judging";
  status.message = "waiting: 1,420 of about 3,600 requests";
  status.conditions = {{"Ready", "True", "Judging", "all is well", at(1), 3}};
  status.seq = 42;
  status.core = R"({"v":1})";
  status.stable = RevisionStatus{"checkout-00007",
                                 "u7",
                                 {{"app", "sha256:9c1e4f0b2a11ffff"}},
                                 "ghcr.io/acme/checkout:1.4",
                                 at(2),
                                 at(3),
                                 at(1),
                                 at(4)};
  status.candidate = RevisionStatus{"checkout-00008",
                                    "u8",
                                    {{"app", "sha256:0123456789abcdef"}, {"side", "sha256:f00d"}},
                                    "ghcr.io/acme/checkout:1.4",
                                    at(4),
                                    at(5)};
  status.percent = 5;
  status.step = 2;
  status.step_since = at(6);
  status.verdict =
      VerdictStatus{"Continue", "waiting", "errors", -0.5, 6.9, 1.25, 3, 1420, 3, 26980, 1, 2180};
  status.evidence = R"({"e":[0.1]})";
  status.image_created = at(7);
  status.behind_since = at(8);
  status.holds = {{"person:alice", "MonthEnd", "month end", at(9), at(10)},
                  {"freshet", "NoTraffic", "no requests", at(9), std::nullopt}};
  status.commands = {{"17", "promote", "Refused", "not Ready", at(11)}};
  status.rejected = {{{{"app", "sha256:bad"}}, "t:9c1e", "errors 5.1 %", at(12), 0}};
  status.deferred = {{{{"app", "sha256:late"}}, "t:9c1e", "never Ready", at(13), 2}};
  status.history = {{"7f3a",
                     {{"app", "sha256:a"}},
                     {{"app", "sha256:b"}},
                     "checkout-00006",
                     "Promoted",
                     "clean",
                     at(0),
                     at(1),
                     60,
                     5000,
                     1,
                     90000,
                     20}};
  status.tags = {{"ghcr.io/acme/checkout:1.4", {{"sha256:b", at(1)}, {"sha256:a", at(0)}}}};
  status.tags.front().digests.front().pushed = at(0);
  status.tags.front().digests.front().application = {"9c1e", "it names no base"};
  status.undelivered = {{"u1/7/RolledBack/ab",
                         at(9),
                         "RolledBack",
                         "worse than stable",
                         true,
                         "Retreating",
                         5,
                         "7f3a",
                         {{"app", "sha256:a"}},
                         {{"app", "sha256:b"}},
                         "ghcr.io/acme/checkout:1.4",
                         at(2)}};
  return status;
}

TEST(StatusCodec, ReadsBackEveryField) {
  EXPECT_EQ(status_from_json(status_to_json(full_status())), full_status());
}

TEST(StatusCodec, WritesAnEmptyStatusAsThePercentAlone) {
  EXPECT_EQ(status_to_json({}), Json({{"percent", 0}}));
  EXPECT_EQ(status_from_json(Json::object()), TrackedServiceStatus{});
}

TEST(StatusCodec, AddsShortDigestsForTheColumns) {
  const Json json = status_to_json(full_status());
  EXPECT_EQ(json["stable"]["short"], "9c1e4f0b2a11");
  EXPECT_EQ(json["candidate"]["short"], "0123456789ab+f00d");
}

TEST(StatusCodec, WritesTimesAndNumbersAsTheApiHasThem) {
  const Json json = status_to_json(full_status());
  EXPECT_EQ(json["stepSince"], "2026-11-23T02:06:00Z");
  EXPECT_EQ(json["verdict"]["evidenceAgainst"], -0.5);
  EXPECT_EQ(json["verdict"]["thresholdFor"], 3);
  EXPECT_EQ(json["conditions"][0], Json({{"type", "Ready"},
                                         {"status", "True"},
                                         {"reason", "Judging"},
                                         {"message", "all is well"},
                                         {"lastTransitionTime", "2026-11-23T02:01:00Z"},
                                         {"observedGeneration", 3}}));
}

TEST(StatusCodec, SkipsUnknownFieldsAndReadsWrongShapesAsAbsent) {
  const TrackedServiceStatus status = status_from_json(Json::parse(R"({
    "phase": 5, "reason": null, "message": "fine", "seq": "many", "newer": {"a": [1]},
    "stable": [], "candidate": {"name": "c", "uid": 7, "digests": {"app": 1, "side": "sha256:a"}},
    "stepSince": "yesterday", "percent": 500, "step": 3,
    "commands": [17, {"id": "1", "at": "never"}], "history": "none",
    "tags": [{"image": "a:1", "digests": [{"digest": "sha256:a", "firstSeen": false}, null]}]})"));
  TrackedServiceStatus expected;
  expected.message = "fine";
  expected.candidate = RevisionStatus{"c", "", {{"side", "sha256:a"}}, "", {}, {}};
  expected.step = 3;
  expected.commands = {CommandStatus{"1", "", "", "", {}}};
  expected.tags = {{"a:1", {{"sha256:a", {}}}}};
  EXPECT_EQ(status, expected);
}

TEST(StatusCodec, ReadsAnythingThatIsNotAStatusAsAnEmptyOne) {
  for (const Json& odd : {Json(), Json(5), Json("text"), Json::array({1, 2})}) {
    EXPECT_EQ(status_from_json(odd), TrackedServiceStatus{});
  }
}

TEST(StatusCodec, NeverWritesANumberThatJsonLacks) {
  TrackedServiceStatus status;
  status.verdict = VerdictStatus{};
  status.verdict->evidence_against = -std::numeric_limits<double>::infinity();
  status.verdict->evidence_for = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(status_to_json(status)["verdict"], Json::object());
}

}  // namespace
}  // namespace freshet
