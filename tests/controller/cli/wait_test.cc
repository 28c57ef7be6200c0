// When status --wait ends.
#include "controller/cli/wait.h"

#include <gtest/gtest.h>

#include <functional>

#include "controller/cli/context.h"
#include "tests/controller/cli/sample_detail.h"

namespace freshet {
namespace {

constexpr int kGoesOn = -1;

struct Row {
  const char* name;
  std::function<ServiceDetail()> make;
  std::string digest;
  int exit_code;
};

std::string other_digest() { return "sha256:" + std::string(64, 'f'); }

ServiceDetail held(ServiceDetail detail, const std::string& reason, Duration lasting = {}) {
  detail.status.holds = {sample_hold("freshet", reason, "words")};
  detail.status.holds.front().since = sample_now() - lasting;
  return detail;
}

ServiceDetail not_ready(Duration lasting) {
  ServiceDetail detail = idle_sample();
  detail.core.reset();
  detail.status.phase = "Adopting";
  Condition& ready = detail.status.conditions.front();
  ready.status = "False";
  ready.reason = "NoMetrics";
  ready.message = "there are none";
  ready.last_transition_time = sample_now() - lasting;
  return detail;
}

ServiceDetail ended(const std::string& outcome) {
  ServiceDetail detail = rejected_sample();
  detail.status.rejected.clear();
  detail.status.history.front().outcome = outcome;
  return detail;
}

// `began` of the wait is ten minutes before now.
const std::vector<Row>& rows() {
  static const std::vector<Row> kRows{
      {"a digest that runs is promoted", idle_sample, kOldDigest, kDone},
      {"twelve digits of it are enough", idle_sample, "9c1e4a7b2f30", kDone},
      {"a digest that is judged goes on", shifting_sample, kNewDigest, kGoesOn},
      {"no traffic passes by itself", [] { return held(shifting_sample(), "NoTraffic"); },
       kNewDigest, kGoesOn},
      {"a foreign edit needs a person", [] { return held(shifting_sample(), "ForeignEdit"); },
       kNewDigest, kHeld},
      {"a Route that does not follow passes by itself in a rollout",
       [] { return held(shifting_sample(), "RouteNotReady"); }, "", kGoesOn},
      {"and where Knative has not looked yet",
       [] { return held(idle_sample(), "RouteNotReady", seconds(5)); }, "", kGoesOn},
      {"and needs a person where it lasts",
       [] { return held(idle_sample(), "RouteNotReady", hours(1)); }, "", kHeld},
      {"approval needs a person", [] { return held(shifting_sample(), "AwaitingApproval"); },
       kNewDigest, kHeld},
      {"a rejected digest has failed", rejected_sample, kNewDigest, kFailed},
      {"an aborted one has failed", [] { return ended("Aborted"); }, kNewDigest, kFailed},
      {"a withdrawn one has failed", [] { return ended("Withdrawn"); }, kNewDigest, kFailed},
      {"a superseded one has lost its place", [] { return ended("Superseded"); }, kNewDigest,
       kSuperseded},
      {"a deferred one is tried again", [] { return ended("Deferred"); }, kNewDigest, kGoesOn},
      {"a digest that no tag names is not followed after a whole poll period", idle_sample,
       other_digest(), kSuperseded},
      {"what is not ready for an hour needs a person", [] { return not_ready(hours(1)); },
       other_digest(), kHeld},
      {"what is not ready for a moment goes on", [] { return not_ready(seconds(5)); }, "", kGoesOn},
      {"without a digest: nothing newer is done", idle_sample, "", kDone},
      {"without a digest: a rollout goes on", shifting_sample, "", kGoesOn},
      {"without a digest: the newest is rejected", rejected_sample, "", kFailed},
      {"what nobody has looked at goes on", [] { return ServiceDetail{}; }, "", kGoesOn},
  };
  return kRows;
}

TEST(Wait, EndsAsTheTableSays) {
  for (const Row& row : rows()) {
    Wait wait;
    wait.digest = row.digest;
    wait.began = sample_now() - minutes(10);
    const ServiceDetail detail = row.make();
    const auto end = wait_end(detail, wait, sample_now());
    EXPECT_EQ(end ? end->exit_code : kGoesOn, row.exit_code)
        << row.name << ": " << (end ? end->sentence : "");
  }
}

TEST(Wait, AnOlderDigestOfTheTagIsSuperseded) {
  ServiceDetail detail = shifting_sample();
  detail.status.tags.front().digests.push_back({other_digest(), sample_now() - days(20)});
  Wait wait{other_digest(), sample_now(), ""};
  EXPECT_EQ(wait_end(detail, wait, sample_now()),
            (WaitEnd{kSuperseded, "superseded: the tag names 77aa0c12d9e1 now"}));
}

TEST(Wait, AnotherDigestThatCameMeanwhileSupersedes) {
  Wait wait{other_digest(), sample_now() - minutes(30), ""};
  EXPECT_EQ(wait_end(shifting_sample(), wait, sample_now()),
            (WaitEnd{kSuperseded, "another digest came instead: the tag names 77aa0c12d9e1"}));
}

TEST(Wait, ADigestIsGivenOnePollPeriodToAppear) {
  Wait wait{other_digest(), sample_now() - minutes(4), ""};
  EXPECT_EQ(wait_end(idle_sample(), wait, sample_now()), std::nullopt);
}

TEST(Wait, WithoutADigestRemembersTheRolloutThatItSaw) {
  Wait wait{"", sample_now() - minutes(10), ""};
  EXPECT_EQ(wait_end(shifting_sample(), wait, sample_now()), std::nullopt);
  ServiceDetail gone = ended("Withdrawn");
  gone.status.behind_since.reset();
  EXPECT_EQ(wait_end(gone, wait, sample_now()),
            (WaitEnd{kFailed, "Withdrawn: errors 5.1 % against 0.2 %"}));
}

TEST(Wait, AcceptsADigestAReferenceOrTwelveDigits) {
  EXPECT_EQ(parse_wanted_digest(kOldDigest).value(), kOldDigest);
  EXPECT_EQ(parse_wanted_digest(std::string("ghcr.io/a/b@") + kOldDigest).value(), kOldDigest);
  EXPECT_EQ(parse_wanted_digest("9c1e4a7b2f30").value(), "9c1e4a7b2f30");
  for (const char* bad : {"", "9c1e", "sha256:9c1e4a7b2f30", "latest-and-greatest"}) {
    EXPECT_FALSE(parse_wanted_digest(bad)) << bad;
  }
}

}  // namespace
}  // namespace freshet
