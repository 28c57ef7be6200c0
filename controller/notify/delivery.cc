// What an answer of a sink comes to.
#include "controller/notify/delivery.h"

#include <algorithm>

namespace freshet {
namespace {

// 408, 425 and 429 ask for another try; other 4xx say that this message will never be taken.
// Redirects are never followed: where a message goes is the operator's to say.
bool is_final(int status) {
  if (status >= 500) return false;
  return status != 408 && status != 425 && status != 429;
}

}  // namespace

Duration delivery_wait(int failures) {
  Duration wait = kFirstDeliveryWait;
  for (int i = 1; i < failures && wait < kLongestDeliveryWait; ++i) wait *= 2;
  return std::min(wait, kLongestDeliveryWait);
}

DeliveryStep judge_delivery(const Result<HttpResponse>& reply, const DeliveryTries& tries,
                            TimePoint now) {
  DeliveryStep step;
  Duration wait = delivery_wait(tries.failed + 1);
  if (reply) {
    if (reply->status / 100 == 2) {
      step.end = DeliveryEnd::kDelivered;
      return step;
    }
    step.problem = "it answered " + std::to_string(reply->status);
    if (is_final(reply->status)) {
      step.end = DeliveryEnd::kRefused;
      return step;
    }
    step.asked = retry_after(reply->headers, now).value_or(Duration{0});
    wait = std::max(wait, step.asked);
  } else {
    step.problem = reply.error().message;
  }
  step.again = now + wait;
  const bool is_late = step.again > tries.handed_over + kMaxDeliveryTime;
  if (tries.failed + 1 >= kMaxDeliveryTries || is_late) step.end = DeliveryEnd::kGivenUp;
  return step;
}

}  // namespace freshet
