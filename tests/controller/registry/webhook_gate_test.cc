// Few of many webhooks are let through.
#include "controller/registry/webhook_gate.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

const TimePoint kGateNow = from_unix_seconds(1'790'000'000);

WebhookReceiver named(const std::string& name) {
  return {name, WebhookSource::kGeneric, "/secrets/" + name, ""};
}

WebhookPushes pushes_of(int delivery, int references = 1) {
  WebhookPushes pushes;
  pushes.delivery = std::to_string(delivery);
  for (int i = 0; i < references; ++i) {
    pushes.references.push_back(*parse_image_reference("r.io/acme/app:" + std::to_string(i)));
  }
  return pushes;
}

TEST(WebhookGate, AReceiverHasABurstAndThenItsRate) {
  WebhookGate gate;
  const auto accepted = [&](int from, int count, TimePoint now) {
    int out = 0;
    for (int i = from; i < from + count; ++i) {
      out += gate.admit(named("a"), {}, pushes_of(i), now) == WebhookOutcome::kAccepted ? 1 : 0;
    }
    return out;
  };
  EXPECT_EQ(accepted(0, 10'000, kGateNow), 100);
  EXPECT_EQ(accepted(10'000, 1000, kGateNow + seconds(1)), 5);
  EXPECT_EQ(accepted(20'000, 1000, kGateNow + minutes(1)), 100);
}

TEST(WebhookGate, AllReceiversTogetherHaveOneToo) {
  WebhookGate gate;
  int accepted = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto receiver = named("r" + std::to_string(i % 50));
    accepted += gate.admit(receiver, {}, pushes_of(i), kGateNow) == WebhookOutcome::kAccepted;
  }
  EXPECT_EQ(accepted, 400);
}

TEST(WebhookGate, ALoudReceiverDoesNotSilenceAnother) {
  WebhookGate gate;
  for (int i = 0; i < 10'000; ++i) (void)gate.admit(named("loud"), {}, pushes_of(i), kGateNow);
  EXPECT_EQ(gate.admit(named("quiet"), {}, pushes_of(1), kGateNow), WebhookOutcome::kAccepted);
}

TEST(WebhookGate, EachPushOfABodyCounts) {
  WebhookGate gate;
  EXPECT_EQ(gate.admit(named("a"), {}, pushes_of(1, 100), kGateNow), WebhookOutcome::kAccepted);
  EXPECT_EQ(gate.admit(named("a"), {}, pushes_of(2), kGateNow), WebhookOutcome::kTooMany);
  EXPECT_EQ(gate.admit(named("a"), {}, pushes_of(2), kGateNow + seconds(1)),
            WebhookOutcome::kAccepted)
      << "whoever had to wait may come again";
}

TEST(WebhookGate, RemembersABoundedNumberOfDeliveries) {
  WebhookGate gate;
  TimePoint now = kGateNow;
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_EQ(gate.admit(named("a"), {}, pushes_of(i), now), WebhookOutcome::kAccepted);
    now += milliseconds(200);
  }
  EXPECT_EQ(gate.deliveries_kept(), kMaxDeliveriesKept);
  EXPECT_EQ(gate.admit(named("a"), {}, pushes_of(9'999), now), WebhookOutcome::kRepeated);
  EXPECT_EQ(gate.admit(named("b"), {}, pushes_of(9'999), now), WebhookOutcome::kAccepted)
      << "the ids of another receiver are its own";
}

}  // namespace
}  // namespace freshet
