// What an answer comes to.
#include "controller/notify/delivery.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

const TimePoint kNow = from_unix_seconds(1'790'000'000);

DeliveryStep judged(int status, DeliveryTries tries = {0, kNow}, HttpHeaders headers = {}) {
  return judge_delivery(HttpResponse{status, std::move(headers), ""}, tries, kNow);
}

struct AnswerRow {
  int status;
  std::optional<DeliveryEnd> end;
};

TEST(Delivery, AnAnswerIsTheEndOrAsksForAnotherTry) {
  const std::vector<AnswerRow> rows = {
      {200, DeliveryEnd::kDelivered},
      {202, DeliveryEnd::kDelivered},
      {204, DeliveryEnd::kDelivered},
      {302, DeliveryEnd::kRefused},
      {400, DeliveryEnd::kRefused},
      {403, DeliveryEnd::kRefused},
      {404, DeliveryEnd::kRefused},
      {410, DeliveryEnd::kRefused},
      {408, std::nullopt},
      {425, std::nullopt},
      {429, std::nullopt},
      {500, std::nullopt},
      {503, std::nullopt},
  };
  for (const AnswerRow& row : rows) EXPECT_EQ(judged(row.status).end, row.end) << row.status;
}

TEST(Delivery, TriesAreFurtherAndFurtherApartAndTenWithinAnHour) {
  Duration all{0};
  for (int failed = 0; failed < kMaxDeliveryTries - 1; ++failed) {
    const DeliveryStep step = judged(500, {failed, kNow - all});
    EXPECT_EQ(step.end, std::nullopt) << failed;
    EXPECT_EQ(step.problem, "it answered 500");
    all += step.again - kNow;
  }
  EXPECT_EQ(delivery_wait(1), seconds(5));
  EXPECT_EQ(delivery_wait(2), seconds(10));
  EXPECT_EQ(delivery_wait(50), minutes(20));
  EXPECT_LT(all, hours(1));
  EXPECT_EQ(judged(500, {kMaxDeliveryTries - 1, kNow}).end, DeliveryEnd::kGivenUp);
  EXPECT_EQ(judged(500, {1, kNow - hours(1)}).end, DeliveryEnd::kGivenUp);
}

TEST(Delivery, ASinkThatSaysWhenIsAskedThen) {
  const DeliveryStep step = judged(429, {0, kNow}, {{"Retry-After", "120"}});
  EXPECT_EQ(step, (DeliveryStep{std::nullopt, kNow + minutes(2), minutes(2), "it answered 429"}));
  EXPECT_EQ(judged(503, {0, kNow}, {{"Retry-After", "1"}}).again, kNow + seconds(5));
}

TEST(Delivery, NoAnswerIsAnotherTry) {
  const DeliveryStep step =
      judge_delivery(make_error(ErrorKind::kTimeout, "POST h.io:443: no answer"), {0, kNow}, kNow);
  EXPECT_EQ(step, (DeliveryStep{std::nullopt, kNow + seconds(5), {}, "POST h.io:443: no answer"}));
}

}  // namespace
}  // namespace freshet
