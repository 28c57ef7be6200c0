// Replays and rates.
#include "controller/registry/webhook_gate.h"

#include <algorithm>

#include "base/text.h"

namespace freshet {
namespace {

constexpr std::size_t kDeliveryDigits = 32;  // 128 bits tell deliveries apart

// Short, whatever was sent.
std::string delivery_key(const WebhookReceiver& receiver, const Webhook& hook,
                         const WebhookPushes& pushes) {
  const std::string& told = pushes.delivery.empty() ? hook.body : pushes.delivery;
  return sha256_hex(receiver.name + "\n" + told).substr(0, kDeliveryDigits);
}

}  // namespace

WebhookOutcome WebhookGate::admit(const WebhookReceiver& receiver, const Webhook& hook,
                                  const WebhookPushes& pushes, TimePoint now) {
  const std::string delivery = delivery_key(receiver, hook, pushes);
  const auto before = kept_.find(delivery);
  if (before != kept_.end() && now < before->second) return WebhookOutcome::kRepeated;
  TokenBucket& own = receivers_.try_emplace(receiver.name, kHintsOfReceiver).first->second;
  if (!own.has_some(now) || !all_.has_some(now)) return WebhookOutcome::kTooMany;
  const auto hints = static_cast<double>(pushes.references.size());
  own.spend(hints);
  all_.spend(hints);
  keep(delivery, now + (pushes.delivery.empty() ? kBodyKept : kDeliveryKept));
  return WebhookOutcome::kAccepted;
}

void WebhookGate::keep(const std::string& delivery, TimePoint until) {
  if (const auto before = kept_.find(delivery); before != kept_.end()) {
    until_.erase({before->second, delivery});
    kept_.erase(before);
  }
  while (kept_.size() >= kMaxDeliveriesKept) {
    kept_.erase(until_.begin()->second);
    until_.erase(until_.begin());
  }
  kept_.emplace(delivery, until);
  until_.emplace(until, delivery);
}

}  // namespace freshet
