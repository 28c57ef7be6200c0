// The keyed queue: order, backoff, one worker a key.
#include "controller/runtime/queue.h"

#include <gtest/gtest.h>

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
  queue.set_urgent(kB, true);
  EXPECT_EQ(queue.take(kQueued), kB);
  queue.done(kB, kQueued + seconds(1));
  EXPECT_EQ(queue.take(kQueued), kA) << "urgent, but not due yet";
  queue.add(kA, kQueued);
  queue.done(kA, std::nullopt);
  queue.set_urgent(kB, false);
  EXPECT_EQ(queue.take(kQueued + seconds(1)), kA);
}

TEST(KeyedQueue, DoesNotLetWhatIsUrgentWaitLongAfterFailures) {
  KeyedQueue queue;
  queue.add(kA, kQueued);
  queue.set_urgent(kA, true);
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
  queue.done(kA, std::nullopt);
  EXPECT_EQ(queue.failures(kA), 0);
}

TEST(KeyedQueue, WaitsAtLeastAsLongAsAServerAsked) {
  KeyedQueue queue;
  queue.add(kA, kQueued);
  ASSERT_EQ(queue.take(kQueued), kA);
  queue.failed(kA, kQueued, seconds(30));
  EXPECT_EQ(queue.next_due(), kQueued + seconds(30));
}

TEST(KeyedQueue, ForgetsAKeyWhereverItIs) {
  KeyedQueue queue;
  queue.add(kA, kQueued);
  queue.forget(kA);
  EXPECT_EQ(queue.take(kQueued), std::nullopt);
  queue.add(kB, kQueued);
  ASSERT_EQ(queue.take(kQueued), kB);
  queue.forget(kB);
  queue.done(kB, kQueued);
  EXPECT_EQ(queue.size(), 0U);
}

}  // namespace
}  // namespace freshet
