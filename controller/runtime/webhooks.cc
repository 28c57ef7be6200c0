// Secrets from files, verdicts into metrics and log, pushes into hints.
#include "controller/runtime/webhooks.h"

#include <algorithm>
#include <utility>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"

namespace freshet {

namespace {

Result<Secret> read_webhook_secret(const std::string& path) {
  const auto text = read_file(path, kMaxWebhookSecretBytes);
  if (!text) return text.error();
  const std::string_view secret = trim(*text);
  if (secret.size() < kLeastWebhookSecretBytes) {
    return bad_input(path + " holds " + std::to_string(secret.size()) +
                     " bytes; allowed: at least " + std::to_string(kLeastWebhookSecretBytes));
  }
  return Secret(std::string(secret));
}

}  // namespace

Webhooks::Webhooks(std::vector<WebhookReceiver> receivers, HttpTransport& transport,
                   const Clock& clock, Metrics& metrics, Log log, Hint hint,
                   std::function<bool()> acts)
    : receivers_(std::move(receivers)),
      clock_(clock),
      metrics_(metrics),
      log_(std::move(log)),
      hint_(std::move(hint)),
      acts_(std::move(acts)),
      keys_(transport, clock) {}

const WebhookReceiver* Webhooks::find(const std::string& name) const {
  const auto found = std::ranges::find(receivers_, name, &WebhookReceiver::name);
  return found == receivers_.end() ? nullptr : &*found;
}

Webhooks::KnownSecret Webhooks::secret_of(const WebhookReceiver& receiver) {
  const Duration now = clock_.monotonic();
  const std::lock_guard lock(mutex_);
  const auto known = secrets_.find(receiver.name);
  if (known != secrets_.end() && now < known->second.read_at + kWebhookSecretGoodFor) {
    return known->second;
  }
  auto secret = read_webhook_secret(receiver.secret_file);
  KnownSecret read{{}, "", now};
  if (secret) {
    read.secret = *std::move(secret);
  } else {
    read.problem = secret.error().message;
  }
  secrets_[receiver.name] = read;
  return read;
}

Webhooks::KnownProof Webhooks::proof_of(const WebhookReceiver& receiver, const Webhook& hook) {
  if (!receiver.oidc) {
    KnownSecret known = secret_of(receiver);
    return {{std::move(known.secret)}, std::move(known.problem)};
  }
  const std::string key_id = signing_key_id(id_token_of(hook));
  if (key_id.empty()) return {};  // an issuer is not asked for what is no token
  SenderKeys::Known known = keys_.of(receiver.oidc->keys, key_id);
  return {{Secret(), std::move(known.keys)}, std::move(known.problem)};
}

Status Webhooks::check_secrets() {
  for (const WebhookReceiver& receiver : receivers_) {
    if (receiver.oidc) continue;
    const KnownSecret known = secret_of(receiver);
    if (known.secret.empty()) {
      return bad_input("webhook receiver " + receiver.name + ": " + known.problem);
    }
  }
  return {};
}

int Webhooks::receive(const std::string& path, HttpHeaders headers, std::string body) {
  const std::string rest = path.starts_with(kWebhookPaths)
                               ? path.substr(std::string_view(kWebhookPaths).size())
                               : std::string();
  const auto slash = rest.find('/');
  Webhook hook{slash == rest.npos ? "" : rest.substr(slash + 1), std::move(headers),
               std::move(body)};
  const WebhookReceiver* receiver = find(rest.substr(0, slash));
  WebhookVerdict verdict;
  if (receiver != nullptr) {
    const KnownProof known = proof_of(*receiver, hook);
    verdict = judge_webhook(*receiver, known.proof, hook, clock_.now());
    if (!known.problem.empty()) verdict.reason = known.problem;
  }
  if (verdict.outcome == WebhookOutcome::kAccepted && !acts_()) {
    verdict.outcome = WebhookOutcome::kStandby;
    verdict.reason = "another replica acts";
  }
  if (verdict.outcome == WebhookOutcome::kAccepted) {
    const std::lock_guard lock(mutex_);
    verdict.outcome = gate_.admit(*receiver, hook, verdict.pushes, clock_.now());
  }
  if (verdict.outcome == WebhookOutcome::kAccepted) {
    for (const ImageReference& pushed : verdict.pushes.references) {
      if (!hint_(pushed)) verdict.outcome = WebhookOutcome::kTooMany;
    }
  }
  const std::string name = receiver == nullptr ? "" : receiver->name;
  metrics_.count_webhook(name, std::string(to_string(verdict.outcome)));
  if (http_status(verdict.outcome) >= 400) tell_refusal(name, verdict.outcome, verdict.reason);
  return http_status(verdict.outcome);
}

void Webhooks::tell_refusal(const std::string& receiver, WebhookOutcome outcome,
                            const std::string& reason) {
  std::string untold;
  {
    const Duration now = clock_.monotonic();
    const std::lock_guard lock(mutex_);
    Refusals& before = refusals_[receiver];
    if (before.any_told && now < before.told_at + kWebhookRefusalSpacing) {
      ++before.untold;
      return;
    }
    if (before.untold > 0) untold = std::to_string(before.untold);
    before = {now, 0, true};
  }
  log_({LogLevel::kWarning,
        "WebhookRefused",
        {{"receiver", receiver.empty() ? "unknown" : receiver},
         {"outcome", std::string(to_string(outcome))},
         {"reason", reason},
         {"untold", untold}}});
}

Result<std::vector<WebhookReceiver>> read_webhook_receivers(const std::string& path) {
  const auto text = read_file(path, kMaxDocumentBytes);
  if (!text) return text.error();
  ParsedWebhookReceivers parsed = parse_webhook_receivers(*text);
  if (parsed.problems.empty()) return std::move(parsed.receivers);
  std::string message = path + " cannot be used:";
  for (const Problem& problem : parsed.problems) message += "\n  " + to_string(problem);
  return bad_input(std::move(message));
}

}  // namespace freshet
