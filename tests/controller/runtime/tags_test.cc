// TagWatch on virtual time: who waits for whom, and what is heard meanwhile.
#include "controller/runtime/tags.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "controller/registry/schedule.h"
#include "tests/controller/runtime/tag_watch_bed.h"

namespace freshet {
namespace {

FollowedImage image_of(const std::string& reference) {
  FollowedImage image{ContainerName("app"), ImageReference{}, std::nullopt, 0, ""};
  image.reference = *parse_image_reference(reference);
  return image;
}

class TagWatchTest : public TagWatchBed {
 protected:
  // `silent.io` never answers, `slow.io` after five seconds, all others at once.
  DelayedExchanges::Answer answer(const HttpRequest& request) override {
    started_[request.url].push_back(clock_.now());
    if (request.url.starts_with("https://silent.io")) return {HttpResponse{}, hours(1)};
    const bool slow = request.url.starts_with("https://slow.io");
    return {HttpResponse{404, {}, ""}, slow ? seconds(5) : milliseconds(20)};
  }
  void follow(const std::string& service, const std::vector<std::string>& references) {
    std::vector<FollowedImage> images;
    for (const std::string& reference : references) images.push_back(image_of(reference));
    tags_.follow({"shop", service}, images, minutes(1));
  }

  std::map<std::string, std::vector<TimePoint>> started_;  // by URL
};

TEST_F(TagWatchTest, ARegistryThatNeverAnswersDelaysOnlyItsOwnTags) {
  std::vector<std::string> references;
  for (int i = 0; i < 100; ++i) {
    references.push_back("silent.io/app:" + std::to_string(i));
    references.push_back("quick.io/app:" + std::to_string(i));
  }
  follow("checkout", references);
  run_until(kWatchStart + minutes(10));
  std::vector<Duration> lateness;
  for (int i = 0; i < 100; ++i) {
    const std::string tag = std::to_string(i);
    const auto& times = started_["https://quick.io/v2/app/manifests/" + tag];
    ASSERT_GE(times.size(), 9u) << tag;
    for (std::size_t n = 1; n < times.size(); ++n) {
      const TimePoint ended = times[n - 1] + milliseconds(20);
      lateness.push_back(times[n] - next_regular("quick.io/app:" + tag + "|", minutes(1), ended));
    }
  }
  std::ranges::sort(lateness);
  EXPECT_GE(lateness.front(), Duration::zero());
  EXPECT_LT(lateness[lateness.size() * 99 / 100], seconds(1));
}

TEST_F(TagWatchTest, WhatIsFollowedAnewIsCheckedWhileAnotherCheckRuns) {
  follow("checkout", {"slow.io/app:1"});
  check(Duration::zero());
  check(Duration::zero());
  ASSERT_EQ(started_.count("https://slow.io/v2/app/manifests/1"), 1u);
  exchanges_.during_next_wait = [&] { follow("cart", {"quick.io/app:1"}); };
  const TimePoint before = clock_.now();
  check(minutes(1));
  EXPECT_EQ(clock_.now(), before);  // the wait ended at once
  check(Duration::zero());
  check(Duration::zero());
  EXPECT_EQ(started_.count("https://quick.io/v2/app/manifests/1"), 1u);
  EXPECT_EQ(clock_.now(), before);
}

TEST_F(TagWatchTest, TellsTheFollowersOfWhatChanged) {
  follow("checkout", {"quick.io/app:1"});
  follow("cart", {"quick.io/app:1", "slow.io/app:1"});
  check(Duration::zero());
  std::vector<std::vector<ServiceKey>> told;
  while (clock_.now() < kWatchStart + seconds(6)) {
    if (auto keys = check(milliseconds(500)); !keys.empty()) told.push_back(keys);
  }
  EXPECT_EQ(told, (std::vector<std::vector<ServiceKey>>{{{"shop", "cart"}, {"shop", "checkout"}},
                                                        {{"shop", "cart"}}}));
  std::vector<FollowedImage> images = {image_of("slow.io/app:1")};
  tags_.fill({"shop", "cart"}, images, {});
  EXPECT_EQ(images[0].not_found_streak, 1);
}

TEST_F(TagWatchTest, WaitsNoLongerThanUntilTheNextCheckIsDue) {
  follow("checkout", {"quick.io/app:1"});
  run_until(kWatchStart + seconds(1));
  const auto due = tags_.next_due();
  ASSERT_TRUE(due);
  check(hours(1));
  EXPECT_GE(clock_.now(), *due);
  EXPECT_LT(clock_.now() - *due, milliseconds(50)) << "with others that fall due by then";
}

TEST_F(TagWatchTest, AHintEndsAWaitAndIsHeardWithinATenthOfASecond) {
  follow("checkout", {"quick.io/app:1"});
  run_until(kWatchStart + seconds(5));
  auto& times = started_["https://quick.io/v2/app/manifests/1"];
  ASSERT_EQ(times.size(), 1u);
  const TimePoint pushed = clock_.now() + milliseconds(200);
  exchanges_.during_next_wait = [&] {
    clock_.set(pushed);
    EXPECT_TRUE(tags_.hint(*parse_image_reference("quick.io/app:1")));
    EXPECT_EQ(tags_.next_due(), pushed);
  };
  check(milliseconds(500));
  check(Duration::zero());
  ASSERT_EQ(times.size(), 2u);
  EXPECT_LE(times.back() - pushed, milliseconds(100));
}

TEST_F(TagWatchTest, ManyHintsWaitInABoundedPlace) {
  follow("checkout", {"quick.io/app:1"});
  const auto hint = [&](int i) {
    return tags_.hint(*parse_image_reference("quick.io/app:" + std::to_string(i)));
  };
  for (std::size_t i = 0; i < kMaxHintsWaiting; ++i) EXPECT_TRUE(hint(static_cast<int>(i)));
  EXPECT_FALSE(hint(100'000));
  EXPECT_TRUE(hint(7)) << "one that waits already needs no place";
  check(Duration::zero());
  EXPECT_TRUE(hint(100'000));
}

}  // namespace
}  // namespace freshet
