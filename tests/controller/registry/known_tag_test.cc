// What a poller that starts knows already, and what it asks nevertheless.
#include "controller/registry/known_tag.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/registry/poller.h"
#include "tests/controller/registry/fixture.h"
#include "tests/support/run_checks.h"

namespace freshet {
namespace {

using namespace fixture;

const Document kKnownConfig = config();
const Document kKnown = manifest_of(kKnownConfig);
const Document kUnknown = manifest_of(kKnownConfig, R"({"n":"2"})");

Confirmed remembered_image() {
  Confirmed image{kKnown.digest(), "", {}, *parse_rfc3339(kCreated)};
  image.remembered = true;
  return image;
}

class KnownTagTest : public testing::Test {
 protected:
  KnownTagTest() {
    for (const auto& image : {kKnown, kUnknown}) {
      transport_.on("GET", image.by_digest(), image.get());
    }
    transport_.on("GET", kKnownConfig.as_blob(), make_response(200, {}, kKnownConfig.body));
  }
  std::vector<PollKey> run() {
    transport_.forget_requests();
    return run_checks(poller_, transport_, now_, &most_in_flight_);
  }
  static Followed follow(KnownTag known) {
    return {
        app(), {}, minutes(5), std::nullopt, std::make_shared<const KnownTag>(std::move(known))};
  }
  const TagObservation& seen() { return *poller_.find(poll_key(app(), "")); }

  ScriptedTransport transport_;
  Poller poller_{RegistryOptions{}};
  TimePoint now_ = kNow;
  std::size_t most_in_flight_ = 0;
};

TEST_F(KnownTagTest, ADigestThatTheTagStillNamesIsNotReadAgain) {
  transport_.on("HEAD", kTagUrl, kKnown.head());
  poller_.set_followed({follow({remembered_image(), {}})}, now_);
  EXPECT_EQ(run(), std::vector{poll_key(app(), "")});  // told: the registry has said so
  EXPECT_EQ(transport_.lines(), std::vector<std::string>{"HEAD " + kTagUrl});
  EXPECT_EQ(seen().confirmed, remembered_image());
  EXPECT_EQ(seen().last_success, now_);
  now_ = *poller_.next_due(now_);
  EXPECT_EQ(run(), std::vector<PollKey>{});
}

TEST_F(KnownTagTest, ADigestThatCameMeanwhileIsRead) {
  transport_.on("HEAD", kTagUrl, kUnknown.head());
  poller_.set_followed({follow({remembered_image(), {}})}, now_);
  run();
  EXPECT_EQ(transport_.requests().size(), 3u);
  EXPECT_EQ(seen().confirmed->digest, kUnknown.digest());
  EXPECT_FALSE(seen().confirmed->remembered);
  EXPECT_EQ(seen().first_seen, now_);
}

TEST_F(KnownTagTest, AFollowerWhoHasNotConfirmedItHasItRead) {
  transport_.on("HEAD", kTagUrl, kKnown.head());
  poller_.set_followed({follow({remembered_image(), {}}), follow({})}, now_);
  run();
  EXPECT_EQ(transport_.requests().size(), 3u);
  EXPECT_FALSE(seen().confirmed->remembered);
}

TEST_F(KnownTagTest, OneWhoComesLaterHasItReadAtOnce) {
  transport_.on("HEAD", kTagUrl, kKnown.head());
  poller_.set_followed({follow({remembered_image(), {}})}, now_);
  run();
  now_ += seconds(10);
  poller_.set_followed({follow({remembered_image(), {}}), follow({})}, now_);
  EXPECT_EQ(poller_.next_due(now_), now_);
  run();
  EXPECT_EQ(seen().confirmed->digest, kKnown.digest());
  EXPECT_FALSE(seen().confirmed->remembered);
  EXPECT_EQ(seen().confirmed->platforms, (std::vector<Platform>{{"linux", "arm64", ""}}));
}

TEST_F(KnownTagTest, WhatItHoldsBeyondItsBaseIsReadOnceItIsAskedFor) {
  transport_.on("HEAD", kTagUrl, kKnown.head());
  Followed wish = follow({remembered_image(), {}});
  poller_.set_followed({wish}, now_);
  run();
  EXPECT_EQ(seen().confirmed->application, ImageApplication{});
  wish.reads_bases = true;
  now_ += seconds(10);
  poller_.set_followed({wish}, now_);
  EXPECT_EQ(poller_.next_due(now_), now_);
  run();
  EXPECT_EQ(transport_.requests().size(), 3u);
  EXPECT_EQ(seen().confirmed->application.untold, "its configuration names no layers");
  poller_.set_followed({wish, follow({})}, now_);
  EXPECT_GT(poller_.next_due(now_), now_);

  Poller restarted{RegistryOptions{}};
  restarted.set_followed({wish}, now_);
  transport_.forget_requests();
  run_checks(restarted, transport_, now_, &most_in_flight_);
  EXPECT_EQ(transport_.requests().size(), 3u) << "what status remembers has no word of it";
}

TEST_F(KnownTagTest, HoursOfMovesOfBeforeAreDenser) {
  transport_.on("HEAD", kTagUrl, kKnown.head());
  const auto checks_in_an_hour = [&](std::vector<TimePoint> moves) {
    Poller poller{RegistryOptions{}};
    poller.set_followed({follow({remembered_image(), std::move(moves)})}, kNow);
    int checks = 0;
    for (TimePoint now = kNow; now < kNow + minutes(30); now = *poller.next_due(now)) {
      run_checks(poller, transport_, now, &most_in_flight_);
      ++checks;
    }
    return checks;
  };
  EXPECT_GT(checks_in_an_hour({kNow - days(1)}), 3 * checks_in_an_hour({}));
}

}  // namespace
}  // namespace freshet
