// The keyed queue: order, backoff, one worker a key.
#include "controller/runtime/queue.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

const TimePoint kNow = from_unix_seconds(1'790'000'000);
const ServiceKey kA{"shop", "a"};
const ServiceKey kB{"shop", "b"};

TEST(KeyedQueue, HandsOutTheKeyThatIsLongestDue) {
  KeyedQueue queue;
  queue.add(kA, kNow);
  queue.add(kB, kNow - seconds(1));
  EXPECT_EQ(queue.take(kNow), kB);
  EXPECT_EQ(queue.take(kNow), kA);
  EXPECT_EQ(queue.take(kNow), std::nullopt);
}

TEST(KeyedQueue, KeepsTheEarlierOfTwoTimes) {
  KeyedQueue queue;
  queue.add(kA, kNow + seconds(5));
  queue.add(kA, kNow + seconds(2));
  queue.add(kA, kNow + seconds(9));
  EXPECT_EQ(queue.next_due(), kNow + seconds(2));
  EXPECT_EQ(queue.take(kNow), std::nullopt);
}

TEST(KeyedQueue, PutsWhatIsUrgentBeforeEverythingThatIsDue) {
  KeyedQueue queue;
  queue.add(kA, kNow - hours(1));
  queue.add(kB, kNow);
  queue.set_urgent(kB, true);
  EXPECT_EQ(queue.take(kNow), kB);
  queue.done(kB, kNow + seconds(1));
  EXPECT_EQ(queue.take(kNow), kA) << "urgent, but not due yet";
  queue.add(kA, kNow);
  queue.done(kA, std::nullopt);
  queue.set_urgent(kB, false);
  EXPECT_EQ(queue.take(kNow + seconds(1)), kA);
}

TEST(KeyedQueue, DoesNotLetWhatIsUrgentWaitLongAfterFailures) {
  KeyedQueue queue;
  queue.add(kA, kNow);
  queue.set_urgent(kA, true);
  TimePoint now = kNow;
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
  queue.add(kA, kNow);
  ASSERT_EQ(queue.take(kNow), kA);
  queue.add(kA, kNow);
  EXPECT_EQ(queue.take(kNow), std::nullopt);
  queue.done(kA, kNow + hours(1));
  EXPECT_EQ(queue.take(kNow), kA);
}

TEST(KeyedQueue, DoublesTheWaitAfterEachFailureUpToABoundAndForgetsItAfterSuccess) {
  KeyedQueue queue;
  queue.add(kA, kNow);
  TimePoint now = kNow;
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
  queue.done(kA, std::nullopt);
  EXPECT_EQ(queue.failures(kA), 0);
}

TEST(KeyedQueue, WaitsAtLeastAsLongAsAServerAsked) {
  KeyedQueue queue;
  queue.add(kA, kNow);
  ASSERT_EQ(queue.take(kNow), kA);
  queue.failed(kA, kNow, seconds(30));
  EXPECT_EQ(queue.next_due(), kNow + seconds(30));
}

TEST(KeyedQueue, ForgetsAKeyWhereverItIs) {
  KeyedQueue queue;
  queue.add(kA, kNow);
  queue.forget(kA);
  EXPECT_EQ(queue.take(kNow), std::nullopt);
  queue.add(kB, kNow);
  ASSERT_EQ(queue.take(kNow), kB);
  queue.forget(kB);
  queue.done(kB, kNow);
  EXPECT_EQ(queue.size(), 0U);
}

}  // namespace
}  // namespace freshet
