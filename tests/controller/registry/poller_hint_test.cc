// Hints to the poller: whom they bring forward, and how far.
#include <gtest/gtest.h>

#include "controller/registry/poller.h"
#include "tests/controller/registry/fixture.h"
#include "tests/support/run_checks.h"

namespace freshet {
namespace {

using namespace fixture;

ImageReference ref(const std::string& text) { return *parse_image_reference(text); }

class PollerHintTest : public testing::Test {
 protected:
  static Followed tag(const std::string& reference) { return {ref(reference), {}, hours(24)}; }
  static Followed policy(const std::string& reference, const std::string& range) {
    Followed wish{ref(reference), {}, hours(24)};
    wish.follow = FollowSpec{range, "", {}};
    return wish;
  }
  // The poller asks of everything once, and nothing answers; then names what a hint brings forward.
  std::vector<std::string> brought_forward(const std::string& hint) {
    Poller poller{RegistryOptions{}};
    TimePoint now = kNow;
    poller.set_followed(all_, now);
    const auto run = [&] {
      std::vector<std::string> urls;
      for (PollStep step = poller.start_due(now); !step.requests.empty();
           step = poller.start_due(now)) {
        for (const PollRequest& each : step.requests) {
          urls.push_back(each.request.url);
          checks_ += poller.fold(each.id, make_response(404), now).ended.size();
        }
      }
      return urls;
    };
    run();
    poller.hint(ref(hint), now);
    EXPECT_EQ(run(), std::vector<std::string>{}) << "not sooner than kHintSpacing after a check";
    now += kHintSpacing;
    checks_ = 0;
    auto urls = run();
    std::ranges::sort(urls);
    return urls;
  }

  std::size_t checks_ = 0;  // that were brought forward
  const std::string host_ = "https://r.io/v2/";
  std::vector<Followed> all_ = {
      tag("r.io/acme/app:1"),           tag("r.io/acme/app:1.4"),
      policy("r.io/acme/app", "~1.4"),  policy("r.io/acme/app", "^1"),
      tag("r.io/acme/app-two:1"),       policy("r.io/acme/app-two", "~1.4"),
      tag("r.io/acme/app/deeper:1"),    tag("r.io/acme/ap:1"),
      policy("r.io/acme/other", "~1.4")};
};

TEST_F(PollerHintTest, ATagBringsItselfAndThePoliciesOfItsRepositoryForward) {
  EXPECT_EQ(brought_forward("r.io/acme/app:1"),
            (std::vector<std::string>{host_ + "acme/app/manifests/1",
                                      host_ + "acme/app/tags/list?n=1000"}));
  EXPECT_EQ(checks_, 3u) << "both policies share the list";
}

TEST_F(PollerHintTest, ATagThatNobodyNamesMayStillBeWhatAPolicyChooses) {
  EXPECT_EQ(brought_forward("r.io/acme/other:1.4.9"),
            std::vector<std::string>{host_ + "acme/other/tags/list?n=1000"});
}

TEST_F(PollerHintTest, WithoutATagAllThatFollowsTheRepositoryComesForward) {
  EXPECT_EQ(
      brought_forward("r.io/acme/app"),
      (std::vector<std::string>{host_ + "acme/app/manifests/1", host_ + "acme/app/manifests/1.4",
                                host_ + "acme/app/tags/list?n=1000"}));
  EXPECT_EQ(checks_, 4u);
}

TEST_F(PollerHintTest, WhatNobodyFollowsBringsNothingForward) {
  for (const char* hint :
       {"r.io/acme:1", "r.io/acme/a:1", "r.io/acme/app/deep:1", "s.io/acme/app:1"}) {
    EXPECT_EQ(brought_forward(hint), std::vector<std::string>{}) << hint;
  }
}

TEST_F(PollerHintTest, ManyTagsOfOneRepositoryStayWithinItsBudget) {
  all_.clear();
  for (int i = 0; i < 1000; ++i) all_.push_back(tag("r.io/acme/app:" + std::to_string(i)));
  Poller poller{RegistryOptions{}};
  TimePoint now = kNow;
  poller.set_followed(all_, now);
  std::size_t asked = 0;
  const auto run_for = [&](Duration time) {
    for (const TimePoint end = now + time; now < end; now += milliseconds(50)) {
      for (auto step = poller.start_due(now); !step.requests.empty();
           step = poller.start_due(now)) {
        for (const PollRequest& each : step.requests) {
          ++asked;
          poller.fold(each.id, make_response(404), now);
        }
      }
    }
  };
  run_for(minutes(3));
  ASSERT_GE(asked, 1000u);
  asked = 0;
  for (int i = 0; i < 10'000; ++i) poller.hint(ref("r.io/acme/app"), now);
  run_for(seconds(10));
  EXPECT_LE(asked, static_cast<std::size_t>(kRequestBurst + 10 * kRequestsPerSecond + 1));
  EXPECT_GE(asked, 100u);
}

}  // namespace
}  // namespace freshet
