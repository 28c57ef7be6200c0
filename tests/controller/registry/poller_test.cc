// The poller: who is checked when, with how many requests, and what is known afterwards.
#include "controller/registry/poller.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "controller/registry/schedule.h"
#include "tests/controller/registry/fixture.h"
#include "tests/support/run_checks.h"

namespace freshet {
namespace {

using namespace fixture;

const Document kConfig = config();
const Document kOld = manifest_of(kConfig, R"({"n":"1"})");
const Document kNew = manifest_of(kConfig, R"({"n":"2"})");

class PollerTest : public testing::Test {
 protected:
  std::vector<PollKey> run() {
    transport_.forget_requests();
    return run_checks(poller_, transport_, now_, &most_in_flight_);
  }
  // To the next moment at which something is due, then run.
  std::vector<PollKey> run_next() {
    now_ = poller_.next_due(now_).value();
    return run();
  }
  const TagObservation& seen() { return *poller_.find(key_); }
  static Followed follow(const std::string& reference, Duration every = minutes(5),
                         const Credential& credential = {}) {
    return {*parse_image_reference(reference), credential, every};
  }
  void script(const Result<HttpResponse>& head) { transport_.on("HEAD", kTagUrl, head); }
  void script_documents() {
    for (const auto& image : {kOld, kNew}) transport_.on("GET", image.by_digest(), image.get());
    transport_.on("GET", kConfig.as_blob(), make_response(200, {}, kConfig.body));
  }

  ScriptedTransport transport_;
  Poller poller_{RegistryOptions{}};
  TimePoint now_ = kNow;
  std::size_t most_in_flight_ = 0;
  const PollKey key_ = poll_key(app(), "");
};

TEST_F(PollerTest, ConfirmsATagAndThenAsksWithOneConditionalHead) {
  script(kOld.head());
  script(make_response(304));
  script_documents();
  poller_.set_followed({follow("r.io/acme/app:1")}, now_);
  EXPECT_EQ(poller_.next_due(now_), now_);
  EXPECT_EQ(run(), std::vector{key_});
  const Confirmed image{
      kOld.digest(), kOld.type, {{"linux", "arm64", ""}}, *parse_rfc3339(kCreated), false, 0};
  const std::string etag = "\"" + kOld.digest().get() + "\"";
  EXPECT_EQ(seen(), (TagObservation{image, etag, kNow, kNow, kNow, 0, ""}));
  EXPECT_EQ(transport_.requests().size(), 3u);

  EXPECT_EQ(run_next(), std::vector<PollKey>{});
  EXPECT_EQ(seen(), (TagObservation{image, etag, kNow, now_, now_, 0, ""}));
  EXPECT_EQ(transport_.lines(), std::vector<std::string>{"HEAD " + kTagUrl});
  EXPECT_EQ(find_header(transport_.requests()[0].headers, "If-None-Match"), etag);
}

// This machine's clock is a day behind: the image is from its future, and not from everybody's.
TEST_F(PollerTest, DatesByTheClockThatIsAheadAndSchedulesByItsOwn) {
  now_ = *parse_rfc3339(kCreated) - hours(20);
  poller_.set_ahead(days(1));
  script(kOld.head());
  script_documents();
  poller_.set_followed({follow("r.io/acme/app:1")}, now_);
  run();
  EXPECT_EQ(seen().confirmed->created, parse_rfc3339(kCreated));
  EXPECT_EQ(seen().first_seen, now_ + days(1));
  EXPECT_EQ(seen().last_checked, now_);
  EXPECT_LE(*poller_.next_due(now_), now_ + minutes(6));
}

TEST_F(PollerTest, TellsWhenATagHasMoved) {
  script(kOld.head());
  script(kNew.head());
  script_documents();
  poller_.set_followed({follow("r.io/acme/app:1")}, now_);
  run();
  EXPECT_EQ(run_next(), std::vector{key_});
  EXPECT_EQ(seen().confirmed->digest, kNew.digest());
  EXPECT_EQ(seen().first_seen, now_);
}

TEST_F(PollerTest, ADigestCountsOnlyOnceConfirmed) {
  script(kOld.head());
  script(kNew.head());
  transport_.on("GET", kOld.by_digest(), kOld.get());
  transport_.on("GET", kNew.by_digest(), make_response(404));
  transport_.on("GET", kNew.by_digest(), kNew.get());
  transport_.on("GET", kConfig.as_blob(), make_response(200, {}, kConfig.body));
  poller_.set_followed({follow("r.io/acme/app:1")}, now_);
  run();
  EXPECT_EQ(run_next(), std::vector{key_});
  EXPECT_EQ(seen().confirmed->digest, kOld.digest());
  EXPECT_NE(seen().last_error.find("The registry contradicts itself"), std::string::npos);
  EXPECT_EQ(run_next(), std::vector{key_});
  EXPECT_EQ(seen().confirmed->digest, kNew.digest());
  EXPECT_EQ(seen().last_error, "");
}

TEST_F(PollerTest, FollowersOfOneTagShareTheCheckIdentitiesDoNot) {
  script(make_response(404));
  poller_.set_followed(
      {follow("r.io/acme/app:1", minutes(5)), follow("r.io/acme/app:1", minutes(1)),
       follow("r.io/acme/app:1", minutes(9), password())},
      now_);
  EXPECT_EQ(run(), (std::vector{key_, poll_key(app(), "config.json#r.io")}));
  EXPECT_EQ(transport_.requests().size(), 2u);
  EXPECT_LE(poller_.next_due(now_), now_ + minutes(1));
}

TEST_F(PollerTest, CountsNotFoundAndKeepsWhatWasConfirmed) {
  script(kOld.head());
  script(make_response(404));
  script(make_response(404));
  script(make_response(500));
  script(make_response(304));
  script_documents();
  transport_.on("GET", kTagUrl, make_response(500));
  poller_.set_followed({follow("r.io/acme/app:1")}, now_);
  run();
  run_next();
  run_next();
  EXPECT_EQ(seen().consecutive_not_found, 2);
  EXPECT_EQ(seen().confirmed->digest, kOld.digest());
  run_next();
  EXPECT_EQ(seen().consecutive_not_found, 2);
  run_next();
  EXPECT_EQ(seen().consecutive_not_found, 0);
  EXPECT_EQ(seen().last_error, "");
  EXPECT_EQ(seen().last_success, now_);
}

TEST_F(PollerTest, BacksOffAndPausesTheRegistryAsAsked) {
  script(make_response(429, {{"Retry-After", "120"}}));
  script(make_response(404));
  poller_.set_followed({follow("r.io/acme/app:1", seconds(10))}, now_);
  EXPECT_EQ(run(), std::vector{key_});
  EXPECT_NE(seen().last_error.find("HTTP 429, retry after 2m"), std::string::npos)
      << seen().last_error;
  EXPECT_GE(poller_.next_due(now_), now_ + seconds(120));
  poller_.hint(app(), now_);
  EXPECT_GE(poller_.next_due(now_), now_ + seconds(120));
  poller_.set_followed({follow("r.io/acme/app:1", seconds(10)), follow("r.io/acme/app:2")}, now_);
  EXPECT_GE(poller_.next_due(now_), now_ + seconds(120));
  EXPECT_EQ(run(), std::vector<PollKey>{});
  EXPECT_TRUE(transport_.requests().empty());
}

TEST_F(PollerTest, AHintBringsACheckForward) {
  script(make_response(404));
  poller_.set_followed({follow("r.io/acme/app:1", hours(24))}, now_);
  run();
  EXPECT_GT(poller_.next_due(now_), now_ + kHintSpacing);
  poller_.hint(pinned(app(), kOld.digest()), now_);
  EXPECT_EQ(poller_.next_due(now_), now_ + kHintSpacing);
  poller_.hint(*parse_image_reference("r.io/acme/other:1"), now_);
  EXPECT_EQ(poller_.observations().size(), 1u);
}

TEST_F(PollerTest, ManyTagsAreAskedTogetherWithinTheRegistrysBudget) {
  std::vector<Followed> followed;
  for (int i = 0; i < 100; ++i) {
    followed.push_back(follow("r.io/acme/app:" + std::to_string(i + 10)));
  }
  for (int i = 0; i < 100; ++i) {
    transport_.on("HEAD", "https://r.io/v2/acme/app/manifests/" + std::to_string(i + 10),
                  make_response(404));
  }
  poller_.set_followed(followed, now_);
  EXPECT_EQ(run().size(), static_cast<std::size_t>(kRequestBurst));
  EXPECT_EQ(most_in_flight_, static_cast<std::size_t>(kMaxInFlightPerRegistry));
  while (now_ < kNow + seconds(7)) run_next();
  for (const auto& [key, seen] : poller_.observations()) {
    EXPECT_GE(seen.consecutive_not_found, 1) << key.reference;
  }
}

TEST_F(PollerTest, ARegistryThatIsDownDoesNotDelayAnother) {
  std::vector<Followed> followed;
  for (int i = 0; i < 50; ++i) followed.push_back(follow("down.io/app:" + std::to_string(i)));
  followed.push_back(follow("r.io/acme/app:1"));
  script(make_response(404));
  poller_.set_followed(followed, now_);
  run();
  EXPECT_EQ(seen().consecutive_not_found, 1);
  EXPECT_LE(transport_.requests().size(), 9u);
}

// Replies of one registry come as soon as they are asked for, those of the other never.
TEST_F(PollerTest, ARegistryThatNeverAnswersDelaysOnlyItsOwnTags) {
  std::vector<Followed> followed;
  for (int i = 0; i < 50; ++i) {
    followed.push_back(follow("silent.io/app:" + std::to_string(i), minutes(1)));
    followed.push_back(follow("r.io/app:" + std::to_string(i), minutes(1)));
  }
  poller_.set_followed(followed, now_);
  std::size_t silent = 0;
  std::vector<Duration> lateness;
  std::map<std::string, TimePoint> due;  // by URL, as the schedule says
  while (now_ < kNow + minutes(5)) {
    std::vector<PollRequest> waiting = poller_.start_due(now_).requests;
    for (const auto& [id, registry, request] : waiting) {
      if (request.url.starts_with("https://silent.io")) {
        ++silent;
        continue;
      }
      if (due.contains(request.url)) lateness.push_back(now_ - due[request.url]);
      const auto number = request.url.substr(request.url.rfind('/') + 1);
      due[request.url] = next_regular("r.io/app:" + number + "|", minutes(1), now_);
      EXPECT_TRUE(poller_.fold(id, make_response(404), now_).requests.empty());
    }
    now_ = std::max(now_, poller_.next_due(now_).value());
  }
  std::ranges::sort(lateness);
  EXPECT_GE(lateness.size(), 50u * 4u);
  EXPECT_LT(lateness[lateness.size() * 99 / 100], seconds(1));
  EXPECT_EQ(silent, static_cast<std::size_t>(kMaxInFlightPerRegistry));
}

TEST_F(PollerTest, HearsAHintWhileTheCheckRuns) {
  poller_.set_followed({follow("r.io/acme/app:1", hours(24))}, now_);
  const auto asked = poller_.start_due(now_).requests;
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(poller_.next_due(now_), std::nullopt);
  poller_.hint(app(), now_);
  poller_.fold(asked[0].id, make_response(404), now_);
  EXPECT_EQ(poller_.next_due(now_), now_ + kHintSpacing);
}

TEST_F(PollerTest, DropsTheOutcomeOfACheckThatNobodyWantsAnyMore) {
  poller_.set_followed({follow("r.io/acme/app:1")}, now_);
  const auto asked = poller_.start_due(now_).requests;
  ASSERT_EQ(asked.size(), 1u);
  poller_.set_followed({}, now_);
  poller_.set_followed({follow("r.io/acme/app:1")}, now_);
  EXPECT_TRUE(poller_.fold(asked[0].id, make_response(404), now_).changed.empty());
  EXPECT_EQ(seen().consecutive_not_found, 0);
  EXPECT_EQ(poller_.in_flight(), 0u);
  EXPECT_EQ(poller_.next_due(now_), now_);
}

TEST_F(PollerTest, KeepsWhatStaysAndForgetsWhatWent) {
  script(make_response(404));
  poller_.set_followed({follow("r.io/acme/app:1")}, now_);
  run();
  const auto due = poller_.next_due(now_);
  poller_.set_followed({follow("r.io/acme/app:1")}, now_ + seconds(1));
  EXPECT_EQ(poller_.next_due(now_), due);
  EXPECT_EQ(seen().consecutive_not_found, 1);
  poller_.set_followed({}, now_);
  EXPECT_EQ(poller_.find(key_), nullptr);
  EXPECT_EQ(poller_.next_due(now_), std::nullopt);
}

TEST_F(PollerTest, ANewCredentialIsTriedAtOnce) {
  script(make_response(401));
  poller_.set_followed({follow("r.io/acme/app:1", minutes(5), password("old"))}, now_);
  run();
  EXPECT_GT(poller_.next_due(now_), now_);
  poller_.set_followed({follow("r.io/acme/app:1", minutes(5), password("new"))}, now_);
  EXPECT_EQ(poller_.next_due(now_), now_);
}

TEST_F(PollerTest, ReadsADateLaterWhereItCouldNotBeReadAtOnce) {
  script(kOld.head());
  script(make_response(304));
  transport_.on("GET", kOld.by_digest(), kOld.get());
  transport_.on("GET", kConfig.as_blob(), make_response(503));
  transport_.on("GET", kConfig.as_blob(), make_response(200, {}, kConfig.body));
  poller_.set_followed({follow("r.io/acme/app:1")}, now_);
  run();
  EXPECT_EQ(seen().confirmed->created, std::nullopt);
  EXPECT_EQ(run_next(), std::vector{key_});
  EXPECT_EQ(seen().confirmed->created, *parse_rfc3339(kCreated));
  EXPECT_EQ(seen().first_seen, kNow);
  run_next();
  EXPECT_EQ(transport_.requests().size(), 1u);
}

}  // namespace
}  // namespace freshet
