// Places for rollouts: who has one, who waits, and in which order.
#include "controller/runtime/slots.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

using Standing = Slots::Standing;

const ServiceKey kFirst{"shop", "first"};
const ServiceKey kSecond{"shop", "second"};
const ServiceKey kElsewhere{"bank", "first"};

// The place in the queue; 0: there is room.
int place_of(Slots& slots, const ServiceKey& key) {
  int place = -1;
  const bool has_place = slots.has_place(key, place);
  EXPECT_EQ(has_place, place == 0);
  return place;
}

TEST(Slots, AreTakenByRolloutsAloneAndKeptUntilTheyEnd) {
  Slots slots(1, 1);
  EXPECT_EQ(place_of(slots, kFirst), 0);
  EXPECT_EQ(place_of(slots, kSecond), 0) << "to ask is not to take";
  slots.settle(kFirst, Standing::kActive);
  slots.settle(kFirst, Standing::kActive);
  EXPECT_EQ(place_of(slots, kFirst), 0) << "it has one";
  EXPECT_EQ(place_of(slots, kSecond), 1);
  slots.settle(kFirst, Standing::kNone);
  EXPECT_EQ(place_of(slots, kSecond), 0);
}

TEST(Slots, AreBoundedInANamespaceAndInTheCluster) {
  Slots slots(2, 1);
  slots.settle(kFirst, Standing::kActive);
  EXPECT_EQ(place_of(slots, kSecond), 1) << "the namespace is full";
  EXPECT_EQ(place_of(slots, kElsewhere), 0);
  slots.settle(kElsewhere, Standing::kActive);
  EXPECT_EQ(place_of(slots, {"mail", "first"}), 1) << "the cluster is full";
}

TEST(Slots, QueueInTheOrderInWhichServicesBeganToWait) {
  Slots slots(1, 1);
  slots.settle(kElsewhere, Standing::kActive);
  slots.settle(kSecond, Standing::kWaiting);
  slots.settle(kFirst, Standing::kWaiting);
  slots.settle(kSecond, Standing::kWaiting);
  EXPECT_EQ(place_of(slots, kSecond), 1);
  EXPECT_EQ(place_of(slots, kFirst), 2);
  EXPECT_EQ(place_of(slots, {"mail", "first"}), 3) << "where it would be";
  slots.settle(kSecond, Standing::kNone);
  EXPECT_EQ(place_of(slots, kFirst), 1);
}

TEST(Slots, DoNotCountAServiceThatHasNothingToRollOutAsWaiting) {
  Slots slots(1, 1);
  slots.settle(kElsewhere, Standing::kActive);
  EXPECT_EQ(place_of(slots, kSecond), 1);
  slots.settle(kSecond, Standing::kNone);
  EXPECT_EQ(place_of(slots, kFirst), 1);
}

TEST(Slots, AreWaitedForByWhatThePlannerHoldsForThemAlone) {
  Transition transition;
  EXPECT_EQ(standing_after(transition), Standing::kNone);
  transition.explanation.holds = {{"freshet", "NotConfirmed", "", {}, {}}};
  EXPECT_EQ(standing_after(transition), Standing::kNone);
  transition.explanation.holds.push_back({"freshet", std::string(kQueuedHold), "", {}, {}});
  EXPECT_EQ(standing_after(transition), Standing::kWaiting);
}

}  // namespace
}  // namespace freshet
