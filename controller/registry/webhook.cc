// Which reader a source has, what all of them share, and who is let in.
#include "controller/registry/webhook.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/mac.h"
#include "base/text.h"
#include "controller/registry/webhook_reading.h"

namespace freshet {
namespace webhooks {

void PushList::keep(ImageReference reference) {
  reference.digest.reset();
  auto& kept = pushes_.references;
  if (kept.size() >= kMaxPushesOfWebhook || std::ranges::count(kept, reference) > 0) return;
  kept.push_back(std::move(reference));
}

void PushList::add_reference(std::string_view reference) {
  auto parsed = parse_image_reference(trim(reference));
  if (!parsed) return refuse(parsed.error().message);
  keep(*std::move(parsed));
}

void PushList::add(std::string_view name, std::string_view tag) {
  auto parsed = parse_image_reference(name);
  if (!parsed) return refuse(parsed.error().message);
  if (parsed->tag || parsed->digest) {
    return refuse("\"" + printable(name) + "\" is no repository's name");
  }
  const bool is_digest = tag.find(':') != std::string_view::npos;
  if (!tag.empty() && !is_digest) {
    if (!is_image_tag(tag)) return refuse("\"" + printable(tag) + "\" is no tag");
    parsed->tag = ImageTag(std::string(tag));
  }
  keep(*std::move(parsed));
}

// Several events in one body are one delivery.
void PushList::add_delivery(std::string_view id) {
  if (!pushes_.delivery.empty() && !id.empty()) pushes_.delivery += ' ';
  pushes_.delivery += id;
}

void PushList::refuse(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem);
}

Result<WebhookPushes> PushList::take() {
  if (!problem_.empty()) return bad_input(std::move(problem_));
  return std::move(pushes_);
}

}  // namespace webhooks

namespace {

void read_body(const webhooks::Delivery& delivery, webhooks::PushList& pushes) {
  switch (delivery.receiver.source) {
    case WebhookSource::kDockerHub: return read_docker_hub(delivery, pushes);
    case WebhookSource::kGitHub: return read_github(delivery, pushes);
    case WebhookSource::kQuay: return read_quay(delivery, pushes);
    case WebhookSource::kHarbor: return read_harbor(delivery, pushes);
    case WebhookSource::kAcr: return read_acr(delivery, pushes);
    case WebhookSource::kEcr: return read_ecr(delivery, pushes);
    case WebhookSource::kGar: return read_gar(delivery, pushes);
    case WebhookSource::kDistribution: return read_distribution(delivery, pushes);
    case WebhookSource::kJFrog: return read_jfrog(delivery, pushes);
    case WebhookSource::kNexus: return read_nexus(delivery, pushes);
    case WebhookSource::kCloudEvents: return read_cloud_event(delivery, pushes);
    case WebhookSource::kTekton: return read_tekton(delivery, pushes);
    case WebhookSource::kGeneric: return read_generic(delivery, pushes);
  }
}

// How a source signs its bodies: header, what stands before the digits, and the hash.
struct Signing {
  std::string_view header;
  std::string_view before;
  MacHash hash;
};

std::optional<Signing> signing_of(WebhookSource source) {
  switch (source) {
    case WebhookSource::kGitHub: return Signing{"X-Hub-Signature-256", "sha256=", MacHash::kSha256};
    case WebhookSource::kJFrog: return Signing{"X-JFrog-Event-Auth", "", MacHash::kSha256};
    case WebhookSource::kNexus: return Signing{"X-Nexus-Webhook-Signature", "", MacHash::kSha1};
    case WebhookSource::kGeneric:
      return Signing{"X-Freshet-Signature", "sha256=", MacHash::kSha256};
    case WebhookSource::kDockerHub:
    case WebhookSource::kQuay:
    case WebhookSource::kHarbor:
    case WebhookSource::kAcr:
    case WebhookSource::kEcr:
    case WebhookSource::kGar:
    case WebhookSource::kDistribution:
    case WebhookSource::kCloudEvents:
    case WebhookSource::kTekton: break;
  }
  return std::nullopt;
}

}  // namespace

Result<WebhookPushes> read_webhook(const WebhookReceiver& receiver, const Webhook& hook) {
  const auto body = parse_json(hook.body, kMaxWebhookBytes);
  if (!body) return body.error();
  if (!body->is_object()) return bad_input("the body is no JSON object");
  webhooks::PushList pushes;
  read_body({receiver, hook.headers, *body}, pushes);
  return pushes.take();
}

bool knows_secret(const WebhookReceiver& receiver, const Secret& secret, const Webhook& hook) {
  const std::string& known = secret.reveal();
  if (known.empty()) return false;
  if (const auto signing = signing_of(receiver.source)) {
    const auto found = find_headers(hook.headers, signing->header);
    if (found.size() != 1 || !found[0].starts_with(signing->before)) return false;
    return same_secret(to_lower(found[0].substr(signing->before.size())),
                       hmac_hex(signing->hash, known, hook.body));
  }
  if (same_secret(hook.path_secret, known)) return true;
  const auto found = find_headers(hook.headers, "Authorization");
  return found.size() == 1 &&
         (same_secret(found[0], known) || same_secret(found[0], "Bearer " + known));
}

std::string id_token_of(const Webhook& hook) {
  constexpr std::string_view kBearer = "Bearer ";
  const auto found = find_headers(hook.headers, "Authorization");
  if (found.size() != 1 || !found[0].starts_with(kBearer)) return "";
  return found[0].substr(kBearer.size());
}

std::string_view to_string(WebhookOutcome outcome) {
  switch (outcome) {
    case WebhookOutcome::kAccepted: return "accepted";
    case WebhookOutcome::kNothing: return "nothing";
    case WebhookOutcome::kRepeated: return "repeated";
    case WebhookOutcome::kUnauthorized: return "unauthorized";
    case WebhookOutcome::kMalformed: return "malformed";
    case WebhookOutcome::kTooMany: return "too_many";
    case WebhookOutcome::kStandby: break;
  }
  return "standby";
}

int http_status(WebhookOutcome outcome) {
  switch (outcome) {
    case WebhookOutcome::kAccepted: return 202;
    case WebhookOutcome::kNothing:
    case WebhookOutcome::kRepeated: return 200;
    case WebhookOutcome::kUnauthorized: return 401;
    case WebhookOutcome::kMalformed: return 400;
    case WebhookOutcome::kTooMany: return 429;
    case WebhookOutcome::kStandby: break;
  }
  return 503;
}

WebhookVerdict judge_webhook(const WebhookReceiver& receiver, const SenderProof& proof,
                             const Webhook& hook, TimePoint now) {
  if (receiver.oidc) {
    const Status shown = check_id_token(id_token_of(hook), *receiver.oidc, proof.keys, now);
    if (!shown) return {WebhookOutcome::kUnauthorized, {}, shown.error().message};
  } else if (!knows_secret(receiver, proof.secret, hook)) {
    return {WebhookOutcome::kUnauthorized};
  }
  auto pushes = read_webhook(receiver, hook);
  if (!pushes) return {WebhookOutcome::kMalformed, {}, pushes.error().message};
  if (pushes->references.empty()) return {WebhookOutcome::kNothing};
  return {WebhookOutcome::kAccepted, *std::move(pushes)};
}

}  // namespace freshet
