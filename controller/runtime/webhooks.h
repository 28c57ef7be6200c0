// Webhooks: what the receivers of --webhook-receivers let in becomes hints. Knows files, issuers'
// keys, clock, metrics and log; judges by controller/registry/webhook.h.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http.h"
#include "controller/registry/webhook_gate.h"
#include "controller/runtime/log.h"
#include "controller/runtime/metrics.h"
#include "controller/runtime/sender_keys.h"

namespace freshet {

inline constexpr const char* kWebhookPaths = "/hooks/";      // NAME or NAME/SECRET behind it
inline constexpr std::size_t kLeastWebhookSecretBytes = 16;  // shorter ones can be guessed
inline constexpr std::size_t kMaxWebhookSecretBytes = 4096;
inline constexpr Duration kWebhookSecretGoodFor = seconds(1);    // then its file is read again
inline constexpr Duration kWebhookRefusalSpacing = seconds(10);  // between log lines of a receiver

// Thread-safe.
class Webhooks {
 public:
  // Hears of a tag that was pushed; false: there are too many.
  using Hint = std::function<bool(const ImageReference&)>;
  // `transport` reaches the issuers of ID tokens. While `acts` is false another replica does, and
  // genuine ones are answered so that they are sent again.
  Webhooks(
      std::vector<WebhookReceiver> receivers, HttpTransport& transport, const Clock& clock,
      Metrics& metrics, Log log, Hint hint, std::function<bool()> acts = [] { return true; });

  // Whether every receiver that goes by a secret has one now; kBadInput names the receiver and the
  // file.
  Status check_secrets();
  // One webhook as it was sent; the HTTP status to answer with. An unknown receiver and a wrong
  // secret are answered alike.
  int receive(const std::string& path, HttpHeaders headers, std::string body);
  // A request that was refused before its body was read: too large, too slow.
  void refused(const std::string& why) { metrics_.count_webhook("", why); }

 private:
  struct KnownSecret {
    Secret secret;
    std::string problem;  // why there is none
    Duration read_at{};   // monotonic
  };
  struct KnownProof {
    SenderProof proof;
    std::string problem;  // why there is none
  };
  struct Refusals {
    Duration told_at{};  // monotonic
    int untold = 0;
    bool any_told = false;
  };
  const WebhookReceiver* find(const std::string& name) const;
  KnownSecret secret_of(const WebhookReceiver& receiver);
  KnownProof proof_of(const WebhookReceiver& receiver, const Webhook& hook);
  void tell_refusal(const std::string& receiver, WebhookOutcome outcome, const std::string& reason);

  const std::vector<WebhookReceiver> receivers_;
  const Clock& clock_;
  Metrics& metrics_;
  const Log log_;
  const Hint hint_;
  const std::function<bool()> acts_;
  SenderKeys keys_;

  std::mutex mutex_;  // guards what follows
  WebhookGate gate_;
  std::map<std::string, KnownSecret> secrets_;  // by receiver
  std::map<std::string, Refusals> refusals_;    // by receiver; "": unknown ones
};

// The receivers of a file, or all that is wrong with it, a line each.
Result<std::vector<WebhookReceiver>> read_webhook_receivers(const std::string& path);

}  // namespace freshet
