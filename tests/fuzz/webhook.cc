// Webhooks: the first byte says whose, the second whether the rest is a CloudEvent's data. Whatever
// is sent, what comes out is bounded, names no digest, and is nobody's without the secret.
#include "controller/registry/webhook.h"
#include "tests/fuzz/fuzz.h"

using namespace freshet;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  constexpr std::uint8_t kSources = static_cast<std::uint8_t>(WebhookSource::kGeneric) + 1;
  const auto source = static_cast<WebhookSource>(data[0] % kSources);
  const WebhookReceiver receiver{"r", source, "/s", data[1] & 2 ? "r.io/a" : ""};
  Webhook hook{
      "", {{"X-GitHub-Event", "package"}}, std::string(fuzz::text_of(data, size).substr(2))};
  if (data[1] & 1) {
    hook.headers.push_back({"ce-type", data[1] & 4 ? "dev.tekton.event.taskrun.successful.v1"
                                                   : "zotregistry.image.updated"});
  }
  const auto pushes = read_webhook(receiver, hook);
  if (pushes) {
    fuzz::require(pushes->references.size() <= kMaxPushesOfWebhook);
    fuzz::require(pushes->delivery.size() <= 2 * kMaxWebhookBytes);
    for (const ImageReference& each : pushes->references) {
      fuzz::require(!each.digest && !each.registry.empty() && !each.repository.empty());
      fuzz::require(parse_image_reference(to_string(each)).has_value());
    }
  } else {
    fuzz::require(pushes.error().message.size() < 2000);
  }
  fuzz::require(!knows_secret(receiver, Secret("s3cret-canary-s3cret"), hook));
  // The same bytes as a token and as a set of keys: neither makes a sender of anyone.
  const std::string text(fuzz::text_of(data, size).substr(2));
  const OidcSender sender{.audience = "a", .subject = "s"};
  const auto keys = parse_signing_keys(text);
  fuzz::require(!keys || keys->size() <= kMaxSigningKeys);
  fuzz::require(signing_key_id(text).size() <= kMaxIdTokenBytes);
  fuzz::require(!check_id_token(text, sender, keys ? *keys : std::vector<SigningKey>(),
                                from_unix_seconds(1'790'000'000)));
  return 0;
}
