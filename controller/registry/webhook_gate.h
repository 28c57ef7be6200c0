// What lets few webhooks through where many come: deliveries that came before, and too many.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/time.h"
#include "base/token_bucket.h"
#include "controller/registry/webhook.h"

namespace freshet {

inline constexpr TokenRate kHintsOfReceiver{5, 100};
inline constexpr TokenRate kHintsOfAll{20, 400};
inline constexpr std::size_t kMaxDeliveriesKept = 4096;  // of all receivers; the oldest go first
inline constexpr Duration kDeliveryKept = hours(1);      // where the sender gives it an id
inline constexpr Duration kBodyKept = seconds(10);       // without: a later push may look the same

// Not thread-safe.
class WebhookGate {
 public:
  // The verdict on an accepted webhook once others before it count. Only what is let through is
  // remembered: a sender that was told to wait may come again.
  WebhookOutcome admit(const WebhookReceiver& receiver, const Webhook& hook,
                       const WebhookPushes& pushes, TimePoint now);
  std::size_t deliveries_kept() const { return kept_.size(); }

 private:
  void keep(const std::string& delivery, TimePoint until);

  TokenBucket all_{kHintsOfAll};
  std::map<std::string, TokenBucket> receivers_;       // by name
  std::map<std::string, TimePoint> kept_;              // deliveries, until when
  std::set<std::pair<TimePoint, std::string>> until_;  // the same, by time
};

}  // namespace freshet
