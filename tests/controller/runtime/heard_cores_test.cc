// What cores say of all services, also while one of them cannot be read.
#include "controller/runtime/heard_cores.h"

#include <gtest/gtest.h>

#include "tests/controller/runtime/fleet_fixture.h"

namespace freshet::fleet_tests {
namespace {

class HeardByAFleet : public Fleets {
 protected:
  void SetUp() override { make(9, 9, WaveBy::kRepository); }
  void say(const std::optional<std::string>& text) {
    ServiceView now;
    now.key = kFirst;
    now.uid = Uid("u");
    if (text) now.annotations[std::string(kCoreAnnotation)] = *text;
    heard_.change(kFirst, known_ ? &*known_ : nullptr, &now);
    known_ = now;
  }
  static std::string text(Core core) {
    core.service = Uid("u");
    if (auto* preparing = std::get_if<Preparing>(&core.phase)) {
      preparing->rollout.id = "0a1b2c3d";
      preparing->rollout.plan = {5};
    }
    return core_to_text(core);
  }

  HeardCores heard_{[this](const auto&... told) { fleet_->on_core(told...); }};
  std::optional<ServiceView> known_;
};

TEST_F(HeardByAFleet, WhatWasRejectedStaysSoWhileTheAnnotationIsDamagedOrLost) {
  say(text(rejecting('a', 'b')));
  for (const auto& bad : {std::optional<std::string>("{"), std::optional<std::string>()}) {
    say(bad);
    EXPECT_EQ(wait(kSecond), "FailureBudget");
  }
  say(text(idle('a')));
  EXPECT_EQ(ask(kSecond), "") << "somebody has said retry";
}

TEST_F(HeardByAFleet, ARolloutWhoseAnnotationIsDamagedHasNoPlaceUntilItIsPutRight) {
  say(text(rolling('a', 'b')));
  EXPECT_EQ(fleet_->counts().running, 1);
  say("{");
  EXPECT_EQ(fleet_->counts().running, 0);
  say(text(rolling('a', 'b')));
  EXPECT_EQ(fleet_->counts().running, 1);
}

TEST_F(HeardByAFleet, WhatIsLeftHasNoSayInAWave) {
  say(text(idle('b')));
  EXPECT_EQ(fleet_->counts().running, 0);
  ServiceView left = *known_;
  left.annotations.clear();
  heard_.change(kFirst, &*known_, &left, true);
  begin(kSecond);
  EXPECT_EQ(wait(kThird), "Wave 1") << "nobody runs it any more";
}

TEST_F(HeardByAFleet, WhatIsGoneOrNotTrackedAnyMoreSaysNothing) {
  say(text(rejecting('a', 'b')));
  say("{");
  heard_.change(kFirst, &*known_, nullptr);
  EXPECT_EQ(ask(kSecond), "");
}

}  // namespace
}  // namespace freshet::fleet_tests
