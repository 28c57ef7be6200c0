// The keyed queue: order, backoff, one worker a key.
#include "controller/runtime/queue.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace freshet {
namespace {

const TimePoint kQueued = from_unix_seconds(1'790'000'000);
const ServiceKey kA{"shop", "a"};
const ServiceKey kB{"shop", "b"};

TEST(KeyedQueue, HandsOutTheKeyThatIsLongestDue) {
  KeyedQueue queue;
  queue.add(kA, kQueued);
  queue.add(kB, kQueued - seconds(1));
  EXPECT_EQ(queue.take(kQueued), kB);
  EXPECT_EQ(queue.take(kQueued), kA);
  EXPECT_EQ(queue.take(kQueued), std::nullopt);
}

TEST(KeyedQueue, KeepsTheEarlierOfTwoTimes) {
  KeyedQueue queue;
  queue.add(kA, kQueued + seconds(5));
  queue.add(kA, kQueued + seconds(2));
  queue.add(kA, kQueued + seconds(9));
  EXPECT_EQ(queue.next_due(), kQueued + seconds(2));
  EXPECT_EQ(queue.take(kQueued), std::nullopt);
}

TEST(KeyedQueue, PutsWhatIsUrgentBeforeEverythingThatIsDue) {
  KeyedQueue queue;
  queue.add(kA, kQueued - hours(1));
  queue.add(kB, kQueued);
  queue.set_priority(kB, Priority::kAtStake);
  EXPECT_EQ(queue.take(kQueued), kB);
  queue.done(kB, kQueued + seconds(1));
  EXPECT_EQ(queue.take(kQueued), kA) << "urgent, but not due yet";
  queue.add(kA, kQueued);
  queue.done(kA, std::nullopt);
  queue.set_priority(kB, Priority::kRest);
  EXPECT_EQ(queue.take(kQueued + seconds(1)), kA);
}

TEST(KeyedQueue, TakesRetreatsThenUsersAtStakeThenActiveRolloutsThenTheRest) {
  KeyedQueue queue;
  const std::vector<std::pair<std::string, Priority>> all = {{"rest", Priority::kRest},
                                                             {"active", Priority::kActive},
                                                             {"at-stake", Priority::kAtStake},
                                                             {"retreat", Priority::kRetreat}};
  TimePoint at = kQueued - hours(1);
  for (const auto& [name, priority] : all) {
    queue.set_priority({"shop", name}, priority);
    queue.add({"shop", name}, at += seconds(1));  // what matters most is due last
  }
  for (const char* name : {"retreat", "at-stake", "active", "rest"}) {
    EXPECT_EQ(queue.take(kQueued), (ServiceKey{"shop", name}));
  }
}

TEST(KeyedQueue, LetsNamespacesTakeTurnsSoThatOneOfThousandsDoesNotStarveOneOfOne) {
  KeyedQueue queue;
  for (int i = 0; i < 5000; ++i) {
    queue.add({"big", "s" + std::to_string(i)}, kQueued - hours(1) + milliseconds(i));
  }
  queue.add({"alone", "s"}, kQueued);
  queue.add({"small", "a"}, kQueued);
  queue.add({"small", "b"}, kQueued);
  std::vector<std::string> turns;
  for (int i = 0; i < 7; ++i) turns.push_back(to_string(*queue.take(kQueued)));
  EXPECT_EQ(turns, (std::vector<std::string>{"alone/s", "big/s0", "small/a", "big/s1", "small/b",
                                             "big/s2", "big/s3"}));
}

TEST(KeyedQueue, LetsNamespacesTakeTurnsWithinEachPriority) {
  KeyedQueue queue;
  for (const char* name : {"1", "2", "3"}) {
    queue.set_priority({"big", name}, Priority::kAtStake);
    queue.add({"big", name}, kQueued - seconds(9));
    queue.add({"other", name}, kQueued - hours(1));
  }
  queue.set_priority({"team", "1"}, Priority::kAtStake);
  queue.add({"team", "1"}, kQueued);
  std::vector<std::string> turns;
  for (int i = 0; i < 5; ++i) turns.push_back(to_string(*queue.take(kQueued)));
  EXPECT_EQ(turns, (std::vector<std::string>{"big/1", "team/1", "big/2", "big/3", "other/1"}));
}

TEST(KeyedQueue, MovesAKeyThatIsDueAlreadyWhenItsPriorityChanges) {
  KeyedQueue queue;
  for (const char* name : {"a", "b", "c"}) queue.add({"shop", name}, kQueued - seconds(1));
  ASSERT_EQ(queue.take(kQueued), kA);
  queue.set_priority({"shop", "c"}, Priority::kRetreat);
  EXPECT_EQ(queue.take(kQueued), (ServiceKey{"shop", "c"}));
  queue.done({"shop", "c"}, kQueued);
  queue.set_priority({"shop", "c"}, Priority::kRest);
  EXPECT_EQ(queue.take(kQueued), kB);
  EXPECT_EQ(queue.take(kQueued), (ServiceKey{"shop", "c"}));
  EXPECT_EQ(queue.next_due(), std::nullopt);
}

TEST(KeyedQueue, DoesNotLetWhatIsUrgentWaitLongAfterFailures) {
  KeyedQueue queue;
  queue.add(kA, kQueued);
  queue.set_priority(kA, Priority::kAtStake);
  TimePoint now = kQueued;
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(queue.take(now), kA);
    queue.failed(kA, now);
    now = *queue.next_due();
  }
  ASSERT_EQ(queue.take(now), kA);
  queue.failed(kA, now);
  EXPECT_EQ(queue.next_due(), now + kLongestUrgentBackoff);
}

TEST(KeyedQueue, GivesAKeyToOneWorkerAndBringsItBackIfItWasAddedMeanwhile) {
  KeyedQueue queue;
  queue.add(kA, kQueued);
  ASSERT_EQ(queue.take(kQueued), kA);
  queue.add(kA, kQueued);
  EXPECT_EQ(queue.take(kQueued), std::nullopt);
  queue.done(kA, kQueued + hours(1));
  EXPECT_EQ(queue.take(kQueued), kA);
}

TEST(KeyedQueue, DoublesTheWaitAfterEachFailureUpToABoundAndForgetsItAfterSuccess) {
  KeyedQueue queue;
  queue.add(kA, kQueued);
  TimePoint now = kQueued;
  for (const Duration expected : {milliseconds(500), milliseconds(1000), milliseconds(2000)}) {
    ASSERT_EQ(queue.take(now), kA);
    queue.failed(kA, now);
    EXPECT_EQ(queue.next_due(), now + expected);
    now += expected;
  }
  for (int i = 0; i < 40; ++i) {
    ASSERT_EQ(queue.take(now), kA);
    queue.failed(kA, now);
    now = *queue.next_due();
  }
  ASSERT_EQ(queue.take(now), kA);
  queue.failed(kA, now);
  EXPECT_EQ(queue.next_due(), now + kLongestBackoff);
  now = *queue.next_due();
  ASSERT_EQ(queue.take(now), kA);
  queue.done(kA, now);
  ASSERT_EQ(queue.take(now), kA);
  queue.failed(kA, now);
  EXPECT_EQ(queue.next_due(), now + kFirstBackoff);
}

TEST(KeyedQueue, LooksSoonAtWhatWasAddedDuringAPassThatFailed) {
  KeyedQueue queue;
  queue.add(kA, kQueued);
  TimePoint now = kQueued;
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(queue.take(now), kA);
    queue.failed(kA, now);
    now = *queue.next_due();
  }
  ASSERT_EQ(queue.take(now), kA);
  queue.add(kA, now);
  queue.failed(kA, now);
  EXPECT_EQ(queue.next_due(), now + kFirstBackoff);
  now = *queue.next_due();
  ASSERT_EQ(queue.take(now), kA);
  queue.add(kA, now);
  queue.failed(kA, now, seconds(3));
  EXPECT_EQ(queue.next_due(), now + seconds(3));
}

TEST(KeyedQueue, WaitsAtLeastAsLongAsAServerAsked) {
  KeyedQueue queue;
  queue.add(kA, kQueued);
  ASSERT_EQ(queue.take(kQueued), kA);
  queue.failed(kA, kQueued, seconds(30));
  EXPECT_EQ(queue.next_due(), kQueued + seconds(30));
}

TEST(KeyedQueue, HandsAWorkerThatIsKeptForRetreatsNothingElse) {
  KeyedQueue queue;
  queue.set_priority(kA, Priority::kAtStake);
  queue.add(kA, kQueued - hours(1));
  EXPECT_EQ(queue.take(kQueued, Priority::kRetreat), std::nullopt);
  EXPECT_EQ(queue.next_due(Priority::kRetreat), std::nullopt);
  queue.add(kB, kQueued + seconds(1));
  EXPECT_EQ(queue.next_due(Priority::kRetreat), kQueued + seconds(1)) << "it may be one by then";
  queue.set_priority(kB, Priority::kRetreat);
  queue.add(kB, kQueued);
  EXPECT_EQ(queue.take(kQueued, Priority::kRetreat), kB);
  EXPECT_EQ(queue.take(kQueued), kA);
}

}  // namespace
}  // namespace freshet
