// A webhook: what a registry or CI sends, read as a hint that tags moved. Nothing of it is ever
// believed: a digest in it is not even looked at.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "base/secret.h"
#include "config/webhooks.h"
#include "controller/model/image_reference.h"
#include "controller/registry/id_token.h"

namespace freshet {

inline constexpr std::size_t kMaxWebhookBytes = 256 << 10;  // of a body
inline constexpr std::size_t kMaxPushesOfWebhook = 100;  // of one body; more wait for their check

struct Webhook {
  std::string path_secret;  // what stands behind /hooks/NAME/, "" if nothing
  HttpHeaders headers;
  std::string body;
};

// What was pushed: a tag, or without a tag something of the repository. Empty for an event that
// pushes nothing: a pull, a deletion, a test.
struct WebhookPushes {
  std::vector<ImageReference> references;  // without digests, each once
  std::string delivery;  // by which the sender tells deliveries apart; "" if it does not
  bool operator==(const WebhookPushes&) const = default;
};

// What the body says, in the documented form of the receiver's source. kBadInput says what is not
// as documented, with nothing of the headers in it.
Result<WebhookPushes> read_webhook(const WebhookReceiver& receiver, const Webhook& hook);

// Whether the sender knows the secret, shown in the way of the source: an HMAC over the body
// (GitHub, JFrog, Nexus, Generic); for all others the secret itself in Authorization, as it stands
// or behind "Bearer ", or in the path. An empty secret is known to nobody.
bool knows_secret(const WebhookReceiver& receiver, const Secret& secret, const Webhook& hook);

// The ID token that the sender shows in Authorization, behind "Bearer "; "" if none.
std::string id_token_of(const Webhook& hook);

// By what a receiver knows its sender: one of the two.
struct SenderProof {
  Secret secret;
  std::vector<SigningKey> keys = {};  // of the ID token's issuer
};

enum class WebhookOutcome {
  kAccepted,      // its pushes are hints
  kNothing,       // genuine, and nothing was pushed
  kRepeated,      // a delivery that came before
  kUnauthorized,  // its sender did not prove to be who it has to be, or there is no such receiver
  kMalformed,     // not as documented
  kTooMany,       // more than a receiver, or all, may bring forward
  kStandby,       // genuine, but another replica acts: to be sent again
};
std::string_view to_string(WebhookOutcome outcome);
int http_status(WebhookOutcome outcome);  // what the sender is told, and all it is told

struct WebhookVerdict {
  WebhookOutcome outcome = WebhookOutcome::kUnauthorized;
  WebhookPushes pushes = {};
  std::string reason = {};  // why it is refused, for the operator
};
// All of one webhook that does not depend on others before it; they are webhook_gate.h's.
WebhookVerdict judge_webhook(const WebhookReceiver& receiver, const SenderProof& proof,
                             const Webhook& hook, TimePoint now);

}  // namespace freshet
