// What becomes of a message: pure rules about tries, answers and times.
#pragma once

#include <optional>
#include <string>

#include "base/http.h"
#include "base/time.h"

namespace freshet {

// Ten tries take 41 minutes where a sink does not answer at all.
inline constexpr int kMaxDeliveryTries = 10;
inline constexpr Duration kMaxDeliveryTime = hours(1);  // since it was handed over
inline constexpr Duration kFirstDeliveryWait = seconds(5);
inline constexpr Duration kLongestDeliveryWait = minutes(20);

enum class DeliveryEnd {
  kDelivered,
  kRefused,  // it will never be taken
  kGivenUp,  // too many tries, or too late
};

struct DeliveryTries {
  int failed = 0;         // before this one
  TimePoint handed_over;  // to be delivered
};

struct DeliveryStep {
  std::optional<DeliveryEnd> end;  // nullopt: once more
  TimePoint again{};               // then
  Duration asked{0};               // what the sink asks to be left alone for
  std::string problem = {};        // of a try that failed, in a sentence
  bool operator==(const DeliveryStep&) const = default;
};

// After so many failures in a row: 5 s, 10 s, 20 s …
Duration delivery_wait(int failures);

DeliveryStep judge_delivery(const Result<HttpResponse>& reply, const DeliveryTries& tries,
                            TimePoint now);

}  // namespace freshet
